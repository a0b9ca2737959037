/** What a client says when it connects: the payload of connection_init, parsed once. */
import { z } from 'zod';
import { DEVICES } from '../presence/record.ts';

const PAYLOAD = z.object({
  token: z.string().nullish(),
  /** false: only watch, do not appear. */
  session: z.boolean().nullish(),
  sessionId: z.string().max(128).nullish(),
  device: z.enum(DEVICES).nullish(),
  activity: z.enum(['ACTIVE', 'IDLE']).nullish(),
  invisible: z.boolean().nullish(),
  status: z.object({ text: z.string().nullish(), emoji: z.string().nullish() }).nullish(),
});

export type ConnectionInit = z.infer<typeof PAYLOAD>;

/** The payload, or what is wrong with it in a few words. What it does not know is ignored, as clients may say more. */
export function parseConnectionInit(raw: unknown): ConnectionInit | { readonly problem: string } {
  const parsed = PAYLOAD.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') || 'payload'}: ${issue?.message ?? 'invalid'}` };
}

/** Whether the client means to appear, which nobody can without a token. */
export function wantsToAppear(init: ConnectionInit): boolean {
  const { session, sessionId, device, activity, invisible, status } = init;
  return session === true || [sessionId, device, activity, invisible, status].some((said) => said != null);
}
