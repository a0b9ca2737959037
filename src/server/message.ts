/**
 * Messages as bytes. A result is written out from its text for the first few who are told of it, since often nobody else
 * is; after that there is a frame, which is copied with the id put in.
 */
import type { Payload } from '../graphql/delivery.ts';

/** A message that goes out, with others or alone. */
export abstract class Message {
  /** In bytes, on the wire. */
  abstract get size(): number;
  abstract writeTo(bytes: Buffer, at: number): void;

  /** Not to be changed. */
  alone(): Buffer {
    const bytes = Buffer.allocUnsafe(this.size);
    this.writeTo(bytes, 0);
    return bytes;
  }
}

/** What is to go out in one write: mostly a single message, for which there is no list. */
export class Pile {
  size = 0; // bytes
  private first: Message | null = null;
  private others: Message[] | null = null;

  add(message: Message): void {
    this.size += message.size;
    if (this.first === null) this.first = message;
    else if (this.others === null) this.others = [message];
    else this.others.push(message);
  }

  /** null: nothing. Not to be changed. */
  bytes(): Buffer | null {
    if (this.first === null) return null;
    if (this.others === null) return this.first.alone();
    const bytes = Buffer.allocUnsafe(this.size);
    this.first.writeTo(bytes, 0);
    let at = this.first.size;
    for (const message of this.others) {
      message.writeTo(bytes, at);
      at += message.size;
    }
    return bytes;
  }
}

/** One of graphql-ws, and how many bytes the text has. */
export class Text extends Message {
  readonly length: number;
  private readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
    this.length = Buffer.byteLength(text);
  }

  override get size(): number {
    return headerLength(this.length) + this.length;
  }

  override writeTo(bytes: Buffer, at: number): void {
    bytes.write(this.text, writeHeader(bytes, at, this.length));
  }
}

/** A result as text, and the subscription's id as it stands in a message, with how many bytes they have. */
class Result extends Message {
  private readonly json: string;
  private readonly id: string;
  private readonly jsonLength: number;
  private readonly length: number;

  constructor(json: string, id: string, idLength: number) {
    super();
    this.json = json;
    this.id = id;
    this.jsonLength = Buffer.byteLength(json);
    this.length = AROUND + idLength + this.jsonLength;
  }

  override get size(): number {
    return headerLength(this.length) + this.length;
  }

  override writeTo(bytes: Buffer, at: number): void {
    const begin = writeHeader(bytes, at, this.length);
    const behind = begin + bytes.write(headFor(this.id), begin);
    bytes.write(this.json, behind);
    bytes.write(BEHIND, behind + this.jsonLength);
  }
}

let head = { id: '', text: '' };

/** What stands before a result. The last is kept, since a subscription that begins has many results. */
function headFor(id: string): string {
  if (head.id !== id) head = { id, text: `${BEFORE}${id}${BETWEEN}` };
  return head.text;
}

/** A result that many are told of: the frame for everybody whose id has as many bytes, and the id, as it stands in a message. */
class Letter extends Message {
  readonly id: string;
  private readonly frame: Frame;
  private whole: Buffer | null = null;

  constructor(frame: Frame, id: string) {
    super();
    this.frame = frame;
    this.id = id;
  }

  override get size(): number {
    return this.frame.bytes.length;
  }

  override writeTo(bytes: Buffer, at: number): void {
    this.frame.bytes.copy(bytes, at);
    bytes.write(this.id, at + this.frame.gap);
  }

  override alone(): Buffer {
    this.whole ??= super.alone();
    return this.whole;
  }
}

/** @param id of the subscription, as it stands in a message */
export function resultFor(payload: Payload, id: string, idLength: number): Message {
  return frameFor(payload, idLength)?.with(id) ?? new Result(payload.json(), id, idLength);
}

const [BEFORE, BETWEEN, BEHIND] = ['{"id":', ',"type":"next","payload":', '}'] as const;
const AROUND = BEFORE.length + BETWEEN.length + BEHIND.length; // bytes of a message besides id and result

/** A result for everybody whose id has as many bytes. */
class Frame {
  readonly idLength: number;
  /** Whole, but for the id. */
  readonly bytes: Buffer;
  /** Where the id belongs. */
  readonly gap: number;
  /** The last: clients that number their subscriptions from one, as ours does, all have the same. */
  private letter: Letter | null = null;

  constructor(json: string, idLength: number) {
    const length = AROUND + idLength + Buffer.byteLength(json);
    const bytes = Buffer.allocUnsafeSlow(headerLength(length) + length); // not cut from a piece that it would keep whole
    let at = writeHeader(bytes, 0, length);
    at += bytes.write(BEFORE, at);
    this.gap = at;
    at += idLength;
    at += bytes.write(BETWEEN, at);
    at += bytes.write(json, at);
    bytes.write(BEHIND, at);
    this.bytes = bytes;
    this.idLength = idLength;
  }

  with(id: string): Letter {
    if (this.letter?.id !== id) this.letter = new Letter(this, id);
    return this.letter;
  }
}

const FEW = 4; // tellings of a result for which a frame would cost more than it saves

/** The frame made last of a payload: nearly all ids are of one length. null: only few have been told. */
function frameFor(payload: Payload, idLength: number): Frame | null {
  const { kept } = payload;
  if (kept instanceof Frame && kept.idLength === idLength) return kept;
  if (payload.sent++ < FEW) return null;
  const frame = new Frame(payload.json(), idLength);
  payload.kept = frame;
  return frame;
}

const FIN_TEXT = 0x81; // a whole message of text, RFC 6455 section 5.2

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** A server's frames have no mask. Returns where what it announces begins. */
function writeHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = FIN_TEXT;
  if (length < 126) {
    bytes[at + 1] = length;
  } else if (length < 65_536) {
    bytes[at + 1] = 126;
    bytes.writeUInt16BE(length, at + 2);
  } else {
    bytes[at + 1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), at + 2);
  }
  return at + headerLength(length);
}
