/**
 * Makes certificates, good and bad, with any bytes in their names.
 *
 * @module
 */

type Der = Uint8Array<ArrayBuffer>;

/** A certificate and its key, as PEM. */
export interface MadeCertificate {
  /** The certificate. */
  cert: string;
  /** Its private key. */
  key: string;
}

/** What a certificate says. */
export interface CertificateContent {
  /**
   * The common name of the subject.
   *
   * @default {"test"}
   */
  commonName?: string;
  /** What the subject alternative name holds; none by default. */
  names?: readonly Der[];
  /** The content of the extension, in place of `names`. */
  rawNames?: Der;
}

/** Makes certificates that one root has signed. */
export class CertificateMaker {
  /** The root, as PEM. */
  readonly root: string;
  readonly #key: CryptoKey;

  private constructor(root: string, key: CryptoKey) {
    this.root = root;
    this.#key = key;
  }

  /**
   * Makes a root.
   *
   * @returns The maker.
   */
  static async create(): Promise<CertificateMaker> {
    const { publicKey, privateKey } = await generateKey();
    const extensions = [
      extension(BASIC_CONSTRAINTS, sequence(der(0x01, Uint8Array.of(0xff)))),
    ];
    const content = { subject: ROOT, publicKey, extensions };
    const root = await sign(privateKey, content);
    return new CertificateMaker(toPem("CERTIFICATE", root), privateKey);
  }

  /**
   * Makes a certificate for a server.
   *
   * @param content What it says.
   * @returns The certificate and its key.
   */
  async make(content: CertificateContent): Promise<MadeCertificate> {
    const { commonName = "test", names = [], rawNames } = content;
    const { publicKey, privateKey } = await generateKey();
    const extensions = [extension(BASIC_CONSTRAINTS, sequence())];
    if (rawNames !== undefined || names.length > 0) {
      const value = rawNames ?? sequence(...names);
      extensions.push(extension(SUBJECT_ALT_NAME, value));
    }
    const made = { subject: name(commonName), publicKey, extensions };
    const cert = toPem("CERTIFICATE", await sign(this.#key, made));
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
    return { cert, key: toPem("PRIVATE KEY", new Uint8Array(pkcs8)) };
  }
}

/**
 * A name of a host.
 *
 * @param text Each character is a byte.
 * @returns The `GeneralName`.
 */
export function dnsName(text: string): Der {
  return der(0x82, bytesOf(text));
}

/**
 * An address.
 *
 * @param bytes 4 or 16 of them, where it is a good one.
 * @returns The `GeneralName`.
 */
export function ipName(...bytes: number[]): Der {
  return der(0x87, Uint8Array.from(bytes));
}

/**
 * A URI.
 *
 * @param text The URI.
 * @returns The `GeneralName`.
 */
export function uriName(text: string): Der {
  return der(0x86, bytesOf(text));
}

/**
 * One value of ASN.1.
 *
 * @param tag Its tag.
 * @param parts Its content.
 * @returns The encoded value.
 */
export function der(tag: number, ...parts: Der[]): Der {
  const content = concat(parts);
  return concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

/**
 * A SEQUENCE.
 *
 * @param parts Its content.
 * @returns The encoded value.
 */
export function sequence(...parts: Der[]): Der {
  return der(0x30, ...parts);
}

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));
const BASIC_CONSTRAINTS = oid("551d13");
const SUBJECT_ALT_NAME = oid("551d11");
const ROOT = name("Proactor test root");

interface Content {
  subject: Der;
  publicKey: CryptoKey;
  extensions: Der[];
}

async function generateKey(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
}

async function sign(key: CryptoKey, content: Content): Promise<Der> {
  const { subject, publicKey, extensions } = content;
  const spki = await crypto.subtle.exportKey("spki", publicKey);
  const serial = crypto.getRandomValues(new Uint8Array(8)).map((b) => b & 0x7f);
  serial[0]! |= 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    ECDSA_SHA256,
    ROOT,
    sequence(time("20200101000000Z"), time("21200101000000Z")),
    subject,
    new Uint8Array(spki),
    der(0xa3, sequence(...extensions)),
  );
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, key, body));
  const pair = sequence(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return sequence(body, ECDSA_SHA256, der(0x03, Uint8Array.of(0), pair));
}

function name(commonName: string): Der {
  const value = der(0x0c, bytesOf(commonName));
  return sequence(der(0x31, sequence(oid("550403"), value)));
}

function time(text: string): Der {
  return der(0x18, bytesOf(text));
}

function extension(id: Der, value: Der): Der {
  return sequence(id, der(0x04, value));
}

function oid(hex: string): Der {
  return der(0x06, Uint8Array.fromHex(hex));
}

/** Positive, and as short as DER wants it. */
function integer(bytes: Der): Der {
  const start = bytes.findIndex((byte) => byte !== 0);
  const value = bytes.slice(start);
  return value[0]! < 0x80
    ? der(0x02, value)
    : der(0x02, Uint8Array.of(0), value);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

function bytesOf(text: string): Der {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function concat(parts: readonly Der[]): Der {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function toPem(label: string, bytes: Der): string {
  const lines = bytes.toBase64().replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
