/** A command that is not carried out, and why, for the caller. Nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: Readonly<Record<string, unknown>>;

  /** `message` is a sentence the caller can act on; `details` go along with the code. */
  constructor(code: RefusalCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export type RefusalCode =
  | 'UNAUTHENTICATED'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'WATCH_LIMIT_EXCEEDED'
  | 'USER_LIMIT_EXCEEDED'
  | 'SESSION_LIMIT_EXCEEDED'
  | 'ROOM_LIMIT_EXCEEDED'
  | 'RATE_LIMITED'
  | 'STATUS_TEXT_TOO_LONG'
  | 'STATUS_TEXT_DISABLED'
  | 'INVISIBLE_DISABLED'
  | 'CONNECTION_CAP_REACHED'
  | 'CHANNEL_PRESENCE_DISABLED';

/** `field` is the path inside the input, such as `userIds[3]` or `expiresAt`; `problem` ends the sentence. */
export function badInput(field: string, problem: string): Refusal {
  return new Refusal('BAD_USER_INPUT', `${field} ${problem}.`, { field });
}
