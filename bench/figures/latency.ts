/** From a mutation on one node to its delivery on another. */
import { connect, type Figures, ms, percentile, SAY, sleep, startNode, WATCH } from './figure.ts';

const CHANGES = 500;

export const latency: Figures = async (redisUrl) => {
  const [one, other] = await Promise.all([startNode(redisUrl), startNode(redisUrl)]);
  const grace = await connect(one.url, { token: 'dev:grace' });
  const ada = await connect(other.url, { token: 'dev:ada' });
  const heard = new Map<string, (at: number) => void>();
  ada.subscribe(WATCH, { ids: ['grace'] }, (data) => {
    const { presence } = (data as { presenceChanged: { presence: { status: { text: string } | null } } })
      .presenceChanged;
    heard.get(presence.status?.text ?? '')?.(performance.now());
  });
  await sleep(300);
  const taken: number[] = [];
  for (let change = 0; change < CHANGES; change++) {
    const text = `change ${change}`;
    const delivered = new Promise<number>((resolve) => heard.set(text, resolve));
    const started = performance.now();
    await Promise.all([grace.ask(SAY, { text }), delivered.then((at) => taken.push(at - started))]);
  }
  grace.socket.close();
  ada.socket.close();
  await Promise.all([one.stop(), other.stop()]);
  return [
    { what: `mutation on node A to delivery on node B, p50 of ${CHANGES}`, value: ms(percentile(taken, 0.5)) },
    { what: 'the same, p99', value: ms(percentile(taken, 0.99)) },
  ];
};
