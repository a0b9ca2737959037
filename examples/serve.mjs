/** Bundles the browser examples anew at each reload, and serves them: `npm start`. */
import { readFile } from 'node:fs/promises';
import { context } from 'esbuild';

const PORT = Number(process.env.PORT ?? 4100);
const PRESENCE_URL = process.env.PRESENCE_URL ?? 'http://127.0.0.1:4000/graphql';
const PAGES = ['apollo-react', 'urql', 'relay'];

/** What babel-plugin-relay does: each graphql`...` becomes an import of what relay-compiler has made of it. */
const relay = {
  name: 'relay',
  setup(build) {
    build.onLoad({ filter: /[\\/]relay[\\/][^\\/]+\.tsx?$/ }, async ({ path }) => {
      const imports = [];
      const source = (await readFile(path, 'utf8')).replace(
        /graphql`\s*(?:query|mutation|subscription|fragment)\s+(\w+)[^`]*`/g,
        (_, name) => {
          imports.push(`import artifact_${name} from './__generated__/${name}.graphql.ts';`);
          return `artifact_${name}`;
        },
      );
      return { contents: source + imports.join('\n'), loader: 'tsx' };
    });
  },
};

const bundles = await context({
  absWorkingDir: import.meta.dirname,
  entryPoints: PAGES.map((page) => `${page}/main.tsx`),
  outdir: '.',
  write: false, // they are served from memory
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  sourcemap: true,
  define: {
    'process.env.PRESENCE_URL': JSON.stringify(PRESENCE_URL),
    'process.env.NODE_ENV': '"development"',
  },
  plugins: [relay],
});
const { port } = await bundles.serve({ host: '127.0.0.1', port: PORT, servedir: import.meta.dirname });
for (const page of PAGES) console.log(`http://127.0.0.1:${port}/${page}/?me=ada`);
