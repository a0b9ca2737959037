/** Brings the schema to where the tools look for it. With the package installed it is at `presence-server/schema.graphql`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema } from 'graphql';

const text = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
const folder = new URL('generated/', import.meta.url);
await mkdir(folder, { recursive: true });

// For relay-compiler, which does not look outside its own folder.
await writeFile(new URL('schema.graphql', folder), text);

// For Graphcache, in the browser: an introspection without descriptions and what else it does not need.
const introspection = minifyIntrospectionQuery(introspectionFromSchema(buildSchema(text)));
await writeFile(new URL('schema.json', folder), JSON.stringify(introspection));
