/**
 * For codegen.ts: operations as plain constants, which bundlers can drop when nobody uses them, and their types. What
 * the client preset makes of a document is an object of a class, with the text of every other document beside it.
 */
import { createHash } from 'node:crypto';
import { preset as clientPreset } from '@graphql-codegen/client-preset';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from 'graphql';

type Preset = typeof clientPreset;

/**
 * Writes one file, whose name is the `generates` key. `presetConfig.typesFrom`: the module that has `TypedDocument`; `list`:
 * writes the same documents by their hashes beside it, in JSON.
 */
export const operationsPreset: Preset = {
  async buildGeneratesSection(options) {
    const { typesFrom, list } = options.presetConfig as { readonly typesFrom?: string; readonly list?: boolean };
    const sections = await clientPreset.buildGeneratesSection({
      ...options,
      baseOutputDir: `${options.baseOutputDir}/`,
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
    });
    const [types] = sections;
    if (types === undefined) return [];
    const plugin = (_: unknown, files: readonly { readonly document?: DocumentNode }[]) => ({
      prepend: [`import type { TypedDocument } from '${typesFrom}';`],
      content: constantsOf(files.flatMap(({ document }) => document?.definitions ?? [])),
    });
    const listing = (_: unknown, files: readonly { readonly document?: DocumentNode }[]) =>
      listOf(files.flatMap(({ document }) => document?.definitions ?? []));
    const { documents, schema, config } = types;
    const constants = [
      {
        ...types,
        filename: options.baseOutputDir,
        pluginMap: { ...types.pluginMap, 'typed-document-node': { plugin } },
      },
    ];
    if (list !== true) return constants;
    return [
      ...constants,
      {
        filename: options.baseOutputDir.replace(/\.ts$/, '.json'),
        documents,
        schema,
        config,
        plugins: [{ list: {} }],
        pluginMap: { list: { plugin: listing } },
      },
    ];
  },
};

function constantsOf(definitions: DocumentNode['definitions']): string {
  return textsOf(definitions)
    .map(([operation, text]) => constantOf(operation, text))
    .join('\n\n');
}

/** Documents by their SHA-256, as PRESENCE_PERSISTED_OPERATIONS takes them. */
function listOf(definitions: DocumentNode['definitions']): string {
  const byHash = textsOf(definitions).map(
    ([, text]) => [createHash('sha256').update(text).digest('hex'), text] as const,
  );
  return `${JSON.stringify(Object.fromEntries(byHash), null, 2)}\n`;
}

function textsOf(definitions: DocumentNode['definitions']): readonly (readonly [OperationDefinitionNode, string])[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.map((operation) => {
    const parts = [operation, ...usedBy(operation, fragments)];
    return [operation, parts.map((each) => compact(print(each))).join(' ')];
  });
}

function constantOf(operation: OperationDefinitionNode, text: string): string {
  const name = operation.name?.value ?? '';
  const kind = operation.operation[0]?.toUpperCase() + operation.operation.slice(1);
  return `export const ${name}: TypedDocument<${name}${kind}, ${name}${kind}Variables> =\n  '${text}';`;
}

/** The fragments that it needs, and those that they need, each once. */
function usedBy(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlySet<FragmentDefinitionNode> {
  const used = new Set<FragmentDefinitionNode>();
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (fragment === undefined) return;
      for (const each of [fragment, ...usedBy(fragment, fragments)]) used.add(each);
    },
  });
  return used;
}

/** Our documents have no strings in them, in which white space would mean something. */
const compact = (text: string) => text.replace(/\s+/g, ' ').replace(/ ?([{}():$!,]|\.\.\.) ?/g, '$1');
