import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshFolder } from './test-server.ts';

/** A certificate for 127.0.0.1 and localhost that nobody else has: made now by openssl, which has to be installed. */
export async function makeCertificate(): Promise<{ certFile: string; keyFile: string; cert: string; key: string }> {
  const folder = await freshFolder();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=coscribe-test';
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', keyFile, '-out', certFile];
  await promisify(execFile)('openssl', [...args.split(' '), ...names]);
  return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
}
