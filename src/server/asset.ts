/** Something that is sent as it is: made once, compressed once, and not sent again to whoever has it. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface Asset {
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
  readonly headers: OutgoingHttpHeaders;
}

export async function makeAsset(plain: Buffer, headers: OutgoingHttpHeaders): Promise<Asset> {
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, zipped: await promisify(gzip)(plain), etag, headers };
}

export function sendAsset(
  { plain, zipped, etag, headers: own }: Asset,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const headers = { ...own, etag };
  if (req.headers['if-none-match']?.includes(etag)) {
    res.writeHead(304, headers).end();
    return;
  }
  const zips = takesGzip(req.headers['accept-encoding']);
  const body = zips ? zipped : plain;
  const encoding = zips ? { 'content-encoding': 'gzip' } : {};
  res.writeHead(200, { ...headers, ...encoding, 'content-length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}

function takesGzip(accepted: string | undefined): boolean {
  return /(?:^|[\s,])gzip\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))/i.test(accepted ?? '');
}
