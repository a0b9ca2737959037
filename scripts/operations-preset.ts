/**
 * For codegen.ts: operations as plain constants, which bundlers can drop when nobody uses them, and their types. What
 * the client preset makes of a document is an object of a class, with the text of every other document beside it.
 */
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

/** Writes one file, whose name is the `generates` key. `presetConfig.typesFrom`: the module that has `TypedDocument`. */
export const operationsPreset: Preset = {
  async buildGeneratesSection(options) {
    const { typesFrom } = options.presetConfig as { readonly typesFrom?: string };
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
    return [
      {
        ...types,
        filename: options.baseOutputDir,
        pluginMap: { ...types.pluginMap, 'typed-document-node': { plugin } },
      },
    ];
  },
};

function constantsOf(definitions: DocumentNode['definitions']): string {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.map((operation) => constantOf(operation, fragments)).join('\n\n');
}

function constantOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value ?? '';
  const kind = operation.operation[0]?.toUpperCase() + operation.operation.slice(1);
  const text = [operation, ...usedBy(operation, fragments)].map((each) => compact(print(each))).join(' ');
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
