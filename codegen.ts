import type { CodegenConfig } from '@graphql-codegen/cli';
import { operationsPreset } from './scripts/operations-preset.ts';

const scalars = { ID: 'string', DateTime: 'string', JSONObject: 'Record<string, unknown>' };

const config: CodegenConfig = {
  schema: 'schema.graphql',
  ignoreNoDocuments: true,
  importExtension: '.ts',
  generates: {
    'src/client/generated/operations.ts': {
      documents: 'src/client/operations.graphql',
      preset: operationsPreset,
      presetConfig: { typesFrom: '../types.ts', list: true },
      config: { enumsAsTypes: true, useTypeImports: true, strictScalars: true, scalars },
    },
    'src/pages/generated/admin.ts': {
      documents: 'src/pages/admin.graphql',
      preset: operationsPreset,
      presetConfig: { typesFrom: '../../client/types.ts' },
      config: { enumsAsTypes: true, useTypeImports: true, strictScalars: true, scalars },
    },
    'test/generated/': {
      documents: ['test/**/*.graphql', 'test/**/*.ts', '!test/generated/**'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string', // what the wire carries, and what graphql-ws and graphql-sse clients take
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars,
      },
    },
  },
};

export default config;
