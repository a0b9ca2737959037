/** Makes dist/browser/elements.js: the custom elements and all they need in one file, as the server serves it. */
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

await build({
  entryPoints: [join(root, 'src/client/elements/browser.ts')],
  outfile: join(root, 'dist/browser/elements.js'),
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  ignoreAnnotations: true, // package.json says of dist, not of src, what has side effects
  logLevel: 'warning',
});
