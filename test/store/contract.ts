/**
 * What src/store/store.ts promises, as tests that every implementation has to pass. They assert on nothing else: not on
 * memory or files, and not on when a follower is told, only on what and in which order.
 *
 * To prove that nobody is told of something, they make another update afterwards and see only that one.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { channels, keepingChannels, sharingChannels } from './contract/channels.ts';
import { closing } from './contract/closing.ts';
import { connections, sharingConnections } from './contract/connections.ts';
import { counting } from './contract/counting.ts';
import { deadlines } from './contract/deadlines.ts';
import { following } from './contract/following.ts';
import { keeping } from './contract/keeping.ts';
import { reading } from './contract/reading.ts';
import { sharing } from './contract/sharing.ts';
import { sites } from './contract/sites.ts';
import { sharingSpending } from './contract/spending.ts';
import { keepingTexts, sharingTexts, texts } from './contract/texts.ts';
import { updating } from './contract/updating.ts';

export interface Opened {
  /** Has no records yet. */
  readonly store: Store;
  /** Closes the store and removes what it kept. */
  close(): Promise<void>;
}

export interface OpenedToKeep extends Opened {
  /** Closes the store and opens it again with the same records. */
  reopen(): Promise<Store>;
}

export interface OpenedTwice extends Opened {
  /** The same records by another process, or as if. */
  readonly other: Store;
}

export interface Ways {
  readonly open: () => Promise<Opened>;
  /** Left out by stores that keep nothing. */
  readonly openToKeep?: () => Promise<OpenedToKeep>;
  /** Left out by stores that are for one process. */
  readonly openTwice?: () => Promise<OpenedTwice>;
}

export function storeContract(name: string, { open, openToKeep, openTwice }: Ways): void {
  describe(name, () => {
    describe('reading', () => reading(each(open)));
    describe('updating', () => updating(each(open)));
    describe('following', () => following(each(open)));
    describe('deadlines', () => deadlines(each(open)));
    describe('counting who is online', () => counting(each(open)));
    describe('sites', () => sites(each(open)));
    describe('connections', () => connections(each(open)));
    describe('channels', () => channels(each(open)));
    describe('texts', () => texts(each(open)));
    describe('closing', () => closing(each(open)));
    if (openToKeep) describe('keeping', () => keeping(each(openToKeep)));
    if (openToKeep) describe('keeping texts', () => keepingTexts(each(openToKeep)));
    if (openToKeep) describe('keeping channels', () => keepingChannels(each(openToKeep)));
    if (openTwice) {
      describe('sharing', () => sharing(each(openTwice)));
      describe('sharing connections', () => sharingConnections(each(openTwice)));
      describe('sharing what was spent', () => sharingSpending(each(openTwice)));
      describe('sharing channels', () => sharingChannels(each(openTwice)));
      describe('sharing texts', () => sharingTexts(each(openTwice)));
    }
  });
}

/** A newly opened store for every test, closed after it. */
function each<Way extends Opened>(open: () => Promise<Way>): () => Way {
  let opened: Way | undefined;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  return () => {
    if (opened === undefined) throw new Error('No store is open outside a test.');
    return opened;
  };
}
