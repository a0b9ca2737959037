/**
 * Somebody watched here, once for everybody in this process who watches them. What comes is told in the order of its
 * versions, whatever the order in which it arrives.
 */
import type { Millis, Person, SiteId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { differs, type PresenceView, resolve } from '../presence/resolve.ts';
import { Shared } from './mailbox.ts';
import type { VersionedFollower } from './reread.ts';

/** What anybody may be told of a person. */
export interface Seen {
  readonly person: Person;
  readonly name: string | null;
  readonly view: PresenceView;
  /** True when the service cannot vouch for the view now. */
  readonly stale: boolean;
}

/** As it was in this version of the record. */
export interface Heard {
  readonly version: number;
  readonly seen: Seen;
}

export class Sighting extends Shared {
  readonly seen: Seen;
  /** The value when the watch began, not a change. */
  readonly initial: boolean;

  constructor(seen: Seen, initial: boolean) {
    super();
    this.seen = seen;
    this.initial = initial;
  }
}

/** Is told what is new of a subject. */
export interface Watcher {
  put(subject: Subject, sighting: Sighting): void;
}

/** What a subject has to know of the rest. */
export interface Surroundings {
  now(): Millis;
  /** Whether nobody of this site is told anything at present. */
  isSilent(site: SiteId): boolean;
  /** Whether the store answers. */
  reachable(): boolean;
  noteChange(): void;
}

const FEW = 8; // watchers, up to whom a list is made anew for each

/** A class, and with few fields, because there may be a hundred thousand. */
export class Subject implements VersionedFollower {
  readonly person: Person;
  /** Watchers, and those who are about to be. */
  users = 0;
  /** Resolves when it is followed and read, rejects when it cannot be; null: it is. */
  ready: Promise<void> | null = null;
  private readonly around: Surroundings;
  /** A list, which takes a fifth of the room of a set: ten thousand may watch a hundred each. null: none, which would take as much as sixteen. */
  private watchers: Watcher[] | null = null;
  private heardVersion = 0;
  /** The newest; null until the first read. */
  private seen: Seen | null = null;
  /** What the watchers were told last. Not the newest while they are told nothing. */
  private told: Seen | null = null;
  /** Some watchers were told something that the service could not vouch for. */
  private doubted = false;
  /** What newcomers are told: one for all of them, so that what is made of it is made once. */
  private first: Sighting | null = null;

  constructor(person: Person, around: Surroundings) {
    this.person = person;
    this.around = around;
  }

  heard(): Heard | null {
    return this.seen && { version: this.heardVersion, seen: this.seen };
  }

  version(): number | null {
    return this.seen && this.heardVersion;
  }

  hear(record: PresenceRecord): void {
    if (this.seen !== null && record.version <= this.heardVersion) return;
    const seen = see(this.person, record, this.around.now());
    this.heardVersion = record.version;
    this.seen = seen;
    this.first = null;
    // The first value is everybody's snapshot, which whoever joins is given.
    this.told ??= seen;
    if (!this.isSilent() && differs(this.told.view, seen.view)) this.tell(seen);
  }

  rewind(): void {
    this.heardVersion = -1;
  }

  join(watcher: Watcher): void {
    const { watchers } = this;
    // A list that grows makes room for sixteen more, which most never need.
    if (watchers === null) this.watchers = [watcher];
    else if (watchers.length < FEW) this.watchers = watchers.concat(watcher);
    else watchers.push(watcher);
    watcher.put(this, this.firstSight());
  }

  /** Whether it was among the watchers. */
  leave(watcher: Watcher): boolean {
    const { watchers } = this;
    const at = watchers?.indexOf(watcher) ?? -1;
    if (watchers === null || at < 0) return false;
    const last = watchers.pop();
    if (last !== undefined && last !== watcher) watchers[at] = last;
    return true;
  }

  catchUp(): void {
    const { seen, told } = this;
    if (seen === null || told === null || this.isSilent()) return;
    if (this.doubted || differs(told.view, seen.view)) this.tell(seen);
  }

  /** What is told of it may be made of other words now, though it has not changed. */
  refresh(): void {
    this.first = null;
  }

  private tell(seen: Seen): void {
    this.around.noteChange();
    this.told = seen;
    this.doubted = false;
    const sighting = new Sighting(seen, false);
    for (const watcher of this.watchers ?? []) watcher.put(this, sighting);
  }

  /** What somebody who comes now is told. */
  private firstSight(): Sighting {
    const { seen, first } = this;
    if (seen === null) throw new Error('a subject that is ready was heard of');
    const stale = this.isSilent() || !this.around.reachable();
    if (stale) this.doubted = true;
    if (first !== null && first.seen.stale === stale) return first;
    this.first = new Sighting(stale ? { ...seen, stale } : seen, true);
    return this.first;
  }

  private isSilent(): boolean {
    return this.around.isSilent(this.person.site);
  }
}

/** What others may know of a record at `now`. */
export function see(person: Person, record: PresenceRecord, now: Millis): Seen {
  return { person, name: record.name?.value ?? null, view: resolve(record, now), stale: false };
}
