import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { startService } from '../support/service.ts';

const SECRET = 'a secret of more than thirty-two bytes';

function token(name: string): Promise<string> {
  return new SignJWT({ sub: 'ada', name }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
}

test('a new name in the token of somebody hidden tells nobody that they came', async () => {
  const service = await startService({ JWT_SECRET: SECRET });
  const nameOfAda = async () => {
    const grace = await new SignJWT({ sub: 'grace' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET));
    return (await service.ask(grace, '{ user(id: "ada") { name } }')).data;
  };
  await (await service.connect({ token: await token('Ada') })).close();
  expect(await nameOfAda()).toEqual({ user: { name: 'Ada' } });

  const hidden = await service.connect({ token: await token('Augusta'), invisible: true });
  expect(await nameOfAda()).toEqual({ user: { name: 'Ada' } });
  await hidden.ask('mutation { setStatus(input: { availability: OFFLINE }) { viewer { id } } }');
  await hidden.ask('mutation { setInvisible(input: { invisible: false }) { viewer { id } } }');
  await service.connect({ token: await token('Augusta') });
  expect(await nameOfAda()).toEqual({ user: { name: 'Ada' } });

  await hidden.ask('mutation { clearStatus { viewer { id } } }');
  await service.connect({ token: await token('Augusta') });
  expect(await nameOfAda()).toEqual({ user: { name: 'Augusta' } });
});
