/** Server-sent events, as far as GraphQL over SSE uses them (distinct connections mode). */

export interface Result {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** The results, and null when the server has completed the operation. Ends, or throws, when the stream does. */
export async function* readEvents(response: Response, quiet: number): AsyncGenerator<Result | null> {
  // What is refused before it begins is answered as JSON.
  if (!response.headers.get('content-type')?.includes('event-stream')) yield await response.json();
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (reader !== undefined) {
    const timer = setTimeout(() => void reader.cancel().catch(() => {}), quiet);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const events = (text + decoder.decode(value, { stream: true })).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      // Lines that begin with a colon keep the connection alive.
      const data = /^data: ?(.+)$/m.exec(event)?.[1];
      if (/^event: ?complete/m.test(event)) yield null;
      else if (data !== undefined) yield JSON.parse(data);
    }
  }
}
