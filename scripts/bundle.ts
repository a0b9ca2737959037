/**
 * Makes dist/browser, as the server serves it: the custom elements and all they need in one file, and its own pages
 * with their scripts and styles.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/browser');
const pages = join(root, 'src/pages');

await build({
  entryPoints: {
    elements: join(root, 'src/client/elements/browser.ts'),
    directory: join(pages, 'directory.ts'),
    admin: join(pages, 'admin.ts'),
  },
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  ignoreAnnotations: true, // package.json says of dist, not of src, what has side effects
  logLevel: 'warning',
});

for (const name of ['page.css', 'directory.css', 'directory.html', 'admin.css', 'admin.html'])
  await cp(join(pages, name), join(folder, name));
