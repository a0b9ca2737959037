/** What watchers of our server are told while something breaks: read in full, as few are told anything. */
export interface Recorder {
  isOn(): boolean;
  begin(): void;
  hear(watcher: string, text: string): void;
  /** So far, of people whose names begin so; times are milliseconds since `begin`. */
  told(prefix: string): Told;
  /** When the first event with this text came, or undefined. */
  heardAt(text: string): number | undefined;
}

export interface Told {
  readonly events: number;
  readonly first: number;
  readonly last: number;
  /** The most that one watcher was told of one person. */
  readonly mostOfOne: number;
  /** How many of the people that anybody was told of were last seen with this dot. */
  readonly people: Readonly<Record<string, number>>;
}

interface Event {
  readonly watcher: string;
  readonly user: string;
  readonly dot: string;
  readonly at: number;
}

export function createRecorder(): Recorder {
  let begun: number | null = null;
  let events: Event[] = [];
  const texts = new Map<string, number>();

  return {
    isOn: () => begun !== null,
    begin() {
      begun = performance.now();
      events = [];
      texts.clear();
    },
    hear(watcher, message) {
      if (begun === null || !message.includes('"initial":false')) return;
      const at = performance.now() - begun;
      const [, user = ''] = /"user":\{"id":"([^"]+)"/.exec(message) ?? [];
      const [, dot = ''] = /"availability":"([A-Z]+)"/.exec(message) ?? [];
      const [, text = ''] = /"text":"([^"]+)"/.exec(message) ?? [];
      events.push({ watcher, user, dot, at });
      if (!texts.has(text)) texts.set(text, performance.now());
    },
    told: (prefix) => summary(events.filter(({ user }) => user.startsWith(prefix))),
    heardAt: (text) => texts.get(text),
  };
}

function summary(events: readonly Event[]): Told {
  const times = new Map<string, number>();
  const dots = new Map(events.map(({ user, dot }) => [user, dot]));
  for (const { watcher, user } of events) {
    const pair = `${watcher} ${user}`;
    times.set(pair, (times.get(pair) ?? 0) + 1);
  }
  const people: Record<string, number> = {};
  for (const dot of dots.values()) people[dot] = (people[dot] ?? 0) + 1;
  return {
    events: events.length,
    first: events[0]?.at ?? 0,
    last: events.at(-1)?.at ?? 0,
    mostOfOne: [...times.values()].reduce((most, each) => Math.max(most, each), 0),
    people,
  };
}
