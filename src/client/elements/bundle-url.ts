/** The server that a bundle came from is the one to ask. In a file of its own, to be true before elements look for it. */
import { setDefaultUrl } from './provider.ts';

setDefaultUrl(new URL('/graphql', import.meta.url).href);
