/** The ready-made bundle: the elements, for a `<script type="module">` from the presence server itself. */
import './bundle-url.ts';

export { createPresenceClient } from '../client.ts';
export * from './index.ts';
