import { hookEndings } from './endings.ts';

hookEndings();
