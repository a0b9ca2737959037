/** What somebody is about to say of themselves, and the one call that says it. */
import type { Availability, CustomStatus, SetStatus, Viewer } from '../types.ts';

export const TEXT_LIMIT = 120; // characters as people count them; the server has the same

export interface Draft {
  /** null: the dot stays as it is, which is so for whoever appears offline by their own pick. */
  readonly availability: Availability | null;
  readonly text: string;
  readonly emoji: string;
  /** Set for as long as the three above are just as it has them. */
  readonly customStatusId: string | null;
  readonly expiresAt: Date | null;
}

export function statusOf({ availability, text, emoji, customStatusId, expiresAt }: Draft): SetStatus {
  const until = expiresAt === null ? {} : { expiresAt };
  if (customStatusId !== null) return { customStatusId, ...until };
  const said = { text: text.trim() || null, emoji: emoji.trim() || null };
  if (said.text !== null || said.emoji !== null)
    return { ...(availability === null ? {} : { availability }), ...said, ...until };
  // A pick without words ends the words. Being automatic has no end.
  if (availability === 'ONLINE') return { availability };
  return { availability: availability ?? 'OFFLINE', ...until };
}

/** What is picked now: automatic is ONLINE, and whoever appears offline has picked none of those that are offered. */
export function pickOf({ manual }: Viewer): Availability | null {
  return manual === 'OFFLINE' ? null : (manual ?? 'ONLINE');
}

export function worn(status: CustomStatus): Pick<Draft, 'availability' | 'text' | 'emoji' | 'customStatusId'> {
  const { availability, name, emoji, id } = status;
  return { availability, text: name, emoji: emoji ?? '', customStatusId: id };
}

const letters = new Intl.Segmenter();

export function lengthOf(text: string): number {
  return [...letters.segment(text.trim())].length;
}
