/** A viewer of whom only the class is known: what results are shared by. */
import type { Millis, SessionId, UserId } from '../presence/ids.ts';
import type { Context } from './context.ts';

export interface ClassOfViewer {
  readonly context: Context;
  /** Whether it was asked who exactly is asking. */
  asked(): boolean;
}

/** A context in which everybody of the same site and role looks the same. */
export function classOf({ hub, caller }: Context): ClassOfViewer {
  let asked = false;
  const who = (): never => {
    asked = true;
    throw new Error('a result that is shared may not depend on who is asking');
  };
  const anybody = caller && {
    role: caller.role,
    person: {
      site: caller.person.site,
      get user(): UserId {
        return who();
      },
    },
    get name(): string | null {
      return who();
    },
    get issuedAt(): Millis | null {
      return who();
    },
    get expiresAt(): Millis | null {
      return who();
    },
  };
  const context = {
    hub,
    caller: anybody,
    get sessionId(): SessionId | null {
      return who();
    },
    get openRoomSession(): Context['openRoomSession'] {
      return who();
    },
    get account(): Context['account'] {
      return who();
    },
  };
  return { context, asked: () => asked };
}
