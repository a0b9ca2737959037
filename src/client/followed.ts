/** A subscription that is begun on each link anew, until it is ended or refused. */
import type { Connecting } from './connection.ts';
import type { PresenceError } from './error.ts';
import type { Link } from './link.ts';
import type { Parts } from './parts.ts';
import type { Stop, TypedDocument } from './types.ts';

export interface Follower<Data> {
  /** Called each time it begins. */
  begin?(link: Link): void;
  next(data: Data): void;
  /** It is over: the server does not want it. */
  refused?(error: PresenceError): void;
}

export function follow<Data, Variables extends object>(
  { connecting, parts: { timings, random } }: { readonly connecting: Connecting; readonly parts: Parts },
  operation: { readonly document: TypedDocument<Data, Variables>; readonly variables: Variables },
  follower: Follower<Data>,
): Stop {
  let stop: Stop = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function begin(link: Link): void {
    let refused = false;
    const again = (wait: number | null) => {
      clearTimeout(timer);
      const backoff = Math.min(timings.lastRetry, timings.firstRetry * 2 ** failures++);
      timer = setTimeout(() => begin(link), wait ?? backoff * (0.5 + random() / 2));
    };
    stop = link.subscribe(operation.document, operation.variables, {
      next(data) {
        failures = 0;
        follower.next(data);
      },
      error(error) {
        refused = !error.retryable;
        if (error.retryable) again(error.retryAfterMs);
        else follower.refused?.(error);
      },
      complete() {
        if (!refused) again(null); // an error that ends a subscription may be told before its end
      },
    });
    follower.begin?.(link);
  }

  const stopLinks = connecting.onLink((link) => {
    clearTimeout(timer);
    stop();
    if (link !== null) begin(link);
  });
  return () => {
    stopLinks();
    clearTimeout(timer);
    stop();
  };
}
