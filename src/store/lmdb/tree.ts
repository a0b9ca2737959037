/** Walks one B+ tree of an LMDB file. The layout is that of `MDB_page_header`, `MDB_node` and `MDB_ovpage` in mdb.c. */
import { Damage } from '../damage.ts';

export interface PageFile {
  /** Reads pages that nothing else may lie on. @throws Damage when they are not in the file, or were taken before. */
  take(first: number, count: number): Buffer;
}

export interface Tree {
  /** null: it is empty. */
  readonly root: number | null;
  /** Levels of pages. */
  readonly depth: number;
  /** How many pages of each kind, and how many entries there are. */
  readonly branches: number;
  readonly leaves: number;
  readonly bigPages: number;
  readonly entries: number;
}

export type Visit = (key: Buffer, value: Buffer) => void;
export type Compare = (a: Buffer, b: Buffer) => number;

export const HEADER = 24; // bytes of a page before its contents
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;

/** Calls `visit` with every entry, in the order of `compare`. @throws Damage when page and tree contradict each other. */
export function walkTree(file: PageFile, tree: Tree, compare: Compare, visit: Visit): void {
  const found = { branches: 0, leaves: 0, bigPages: 0, entries: 0 };

  function walk(number: number, level: number, range: Range): void {
    const page = file.take(number, 1);
    if (level === tree.depth) walkLeaf(readNodes(page, number, LEAF), range);
    else walkBranch(readNodes(page, number, BRANCH), level, range);
  }

  function walkBranch(nodes: readonly Node[], level: number, range: Range): void {
    found.branches++;
    nodes.forEach((node, at) => {
      const from = at === 0 ? range.from : node.key;
      walk(childOf(node), level + 1, { from, to: nodes[at + 1]?.key ?? range.to });
    });
  }

  function walkLeaf(nodes: readonly Node[], { from, to }: Range): void {
    found.leaves++;
    let last: Buffer | null = null;
    for (const { key, value, big, word } of nodes) {
      const low = last === null ? from !== null && compare(key, from) < 0 : compare(key, last) <= 0;
      if (low || (to !== null && compare(key, to) >= 0)) throw new Damage('has entries in a wrong place');
      last = key;
      found.entries++;
      visit(key, big ? takeBig(value, word) : value);
    }
  }

  function takeBig(reference: Buffer, size: number): Buffer {
    const [first, count] = [u64(reference, 0), u64(reference, 16)];
    const pages = file.take(first, count);
    found.bigPages += count;
    const isSound = pages.readUInt16LE(18) === OVERFLOW && pages.readUInt32LE(20) === count;
    if (!isSound || HEADER + size > pages.length) throw new Damage(`has a damaged page (${first})`);
    return pages.subarray(HEADER, HEADER + size);
  }

  if (tree.root !== null) walk(tree.root, 1, { from: null, to: null });
  const { branches, leaves, bigPages, entries } = tree;
  const asSaid = found.branches === branches && found.leaves === leaves && found.bigPages === bigPages;
  if (!asSaid || found.entries !== entries)
    throw new Damage(`has ${found.entries} entries where it should have ${entries}`);
}

/** Keys of a page: at or after `from`, before `to`; null: no bound. */
interface Range {
  readonly from: Buffer | null;
  readonly to: Buffer | null;
}

interface Node {
  /** What `value` has in front: the value's size, or for a branch the low part of the child's page number. */
  readonly word: number;
  readonly flags: number;
  readonly key: Buffer;
  readonly value: Buffer;
  /** The value lies on pages of its own. */
  readonly big: boolean;
}

const NODE_HEADER = 8; // bytes
const BIG = 1;
const BIG_REFERENCE = 24; // bytes: first page, transaction, number of pages

function readNodes(page: Buffer, number: number, kind: typeof LEAF | typeof BRANCH): readonly Node[] {
  const damage = new Damage(`has a damaged page (${number})`);
  const body = page.subarray(HEADER);
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (page.readUInt16LE(18) !== kind || lower < 2 || lower % 2 === 1 || lower > upper || upper > body.length)
    throw damage;
  let room = body.length - upper;
  const nodes: Node[] = [];
  for (let at = 0; at < lower; at += 2) {
    const start = body.readUInt16LE(at);
    if (start < upper || start + NODE_HEADER > body.length) throw damage;
    const node = readNode(body.subarray(start), kind);
    if (node === null) throw damage;
    nodes.push(node);
    const size = NODE_HEADER + node.key.length + node.value.length;
    room -= size + (size % 2);
  }
  // Nodes fill the end of the page without gaps; so none lies on another.
  if (room !== 0) throw damage;
  return nodes;
}

/** null: it does not fit on its page, or is of a kind that only other programs use. */
function readNode(bytes: Buffer, kind: typeof LEAF | typeof BRANCH): Node | null {
  const [word, flags, keySize] = [bytes.readUInt32LE(0), bytes.readUInt16LE(4), bytes.readUInt16LE(6)];
  const big = kind === LEAF && flags === BIG;
  if (kind === LEAF && flags !== 0 && !big) return null;
  const end = NODE_HEADER + keySize + (kind === BRANCH ? 0 : big ? BIG_REFERENCE : word);
  if (end > bytes.length) return null;
  const [key, value] = [bytes.subarray(NODE_HEADER, NODE_HEADER + keySize), bytes.subarray(NODE_HEADER + keySize, end)];
  return { word, flags, key, value, big };
}

const childOf = ({ word, flags }: Node): number => word + flags * 2 ** 32;

export function u64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Damage('has a page number that cannot be');
  return Number(value);
}
