/** How much of everything: the sizes that figures are quoted for, and small ones to try the bench itself. */
export interface Sizes {
  readonly rounds: number;
  /** Watchers of one person. */
  readonly few: number;
  readonly many: number;
  /** Deliveries over which the cost of one is measured. */
  readonly deliveries: number;
  readonly storm: {
    readonly people: number;
    readonly watched: number;
    readonly changes: number;
    readonly waves: number;
  };
  /** One change at a time, among a hundred watchers. */
  readonly changes: number;
  /** Of each of 50 clients. */
  readonly mutations: number;
  /** Clients that begin to watch a hundred people. */
  readonly watches: number;
  readonly queries: number;
  readonly idle: number; // ms; a multiple of the ping interval when it counts
  /** Sessions when Redis or a node dies. */
  readonly sessions: number;
  readonly commits: number;
}

export const FULL: Sizes = {
  rounds: 3,
  few: 1_000,
  many: 10_000,
  deliveries: 150_000,
  storm: { people: 4_000, watched: 100, changes: 2_000, waves: 2 },
  changes: 400,
  mutations: 300,
  watches: 400,
  queries: 4_500,
  idle: 10_000, // each socket is pinged once in it
  sessions: 10_000,
  commits: 60_000,
};

export const QUICK: Sizes = {
  rounds: 1,
  few: 100,
  many: 1_000,
  deliveries: 20_000,
  storm: { people: 400, watched: 100, changes: 200, waves: 2 },
  changes: 50,
  mutations: 40,
  watches: 20,
  queries: 500,
  idle: 2_000,
  sessions: 500,
  commits: 5_000,
};
