/** An authenticator in software (WebAuthn level 3, 6): keys of P-256, attestation `none`. What it claims can be bent. */
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

/** How an answer differs from an honest one. */
export interface Bent {
  origin?: string;
  host?: string;
  /** That the person was not verified. */
  unverified?: true;
  counter?: number;
  signature?: 'broken';
}

export class Authenticator {
  readonly #private_key: KeyObject;
  readonly #cose: Buffer;
  readonly id = randomBytes(16).toString('base64url');
  readonly #origin: string;
  counter = 0;

  constructor(origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    this.#private_key = privateKey;
    this.#origin = origin;
    const coordinate = (text: string | undefined) =>
      Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text!, 'base64url')]);
    // Key type EC2, algorithm ES256, curve P-256, x and y (RFC 9053, 7.1.1).
    this.#cose = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      coordinate(x),
      Buffer.from([0x22]),
      coordinate(y),
    ]);
  }

  register(challenge: string, bent: Bent = {}) {
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.from([0, id.length]);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, this.#cose]);
    const data = Buffer.concat([this.#data(bent, ATTESTED), attested]);
    const text = (word: string) => Buffer.concat([Buffer.from([0x60 + word.length]), Buffer.from(word)]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      ...[text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData')],
      Buffer.from([0x58, data.length]),
      data,
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', challenge, bent).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    });
  }

  answer(challenge: string, bent: Bent = {}) {
    this.counter += 1;
    const data = this.#data(bent, 0);
    const clientData = this.#clientData('webauthn.get', challenge, bent);
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    const signature = createSign('sha256').update(signed).sign(this.#private_key);
    if (bent.signature) signature[signature.length - 1]! ^= 1;
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
    });
  }

  #credential<Response>(response: Response) {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Bent): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #data(
    { host = new URL(this.#origin).hostname, unverified, counter = this.counter }: Bent,
    more: number,
  ): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flags = USER_PRESENT | (unverified ? 0 : USER_VERIFIED) | more;
    return Buffer.concat([createHash('sha256').update(host).digest(), Buffer.from([flags]), count]);
  }
}
