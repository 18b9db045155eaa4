/**
 * Whom certificates are for: what `startTls` must say, and `Deno.startTls`
 * says too.
 *
 * @module
 */

import {
  type CertificateContent,
  der,
  dnsName,
  ipName,
  sequence,
  uriName,
} from "./_certificates.ts";

/** One certificate, and for whom it is good. */
export interface NameCase {
  /** What is special about it. */
  title: string;
  /** What it says. */
  content: CertificateContent;
  /** Servers that it is for. */
  trusted?: readonly string[];
  /** Servers that it is not for. */
  refused?: readonly string[];
}

const LOOPBACK = ipName(127, 0, 0, 1);
const LOOPBACK_V6 = ipName(...Array(15).fill(0), 1);
const MAPPED = ipName(...Array(10).fill(0), 255, 255, 127, 0, 0, 1);
const LABEL = "a".repeat(63);

/** All of the certificates. */
export const NAME_CASES: readonly NameCase[] = [
  {
    title: "no subject alternative name",
    content: { commonName: "localhost" },
    refused: ["localhost", "127.0.0.1"],
  },
  {
    title: "an address as the common name",
    content: { commonName: "127.0.0.1" },
    refused: ["127.0.0.1", "localhost"],
  },
  {
    title: "an empty subject alternative name",
    content: { commonName: "localhost", rawNames: sequence() },
    refused: ["localhost"],
  },
  {
    title: "a name",
    content: { names: [dnsName("localhost")] },
    trusted: ["localhost", "LocalHost", "localhost."],
    refused: ["127.0.0.1", "xlocalhost", "x.localhost", "localhost.x"],
  },
  {
    title: "a name in capitals",
    content: { names: [dnsName("WWW.Example.COM")] },
    trusted: ["www.example.com", "www.EXAMPLE.com"],
    refused: ["example.com", "localhost"],
  },
  {
    title: "an address, and the common name localhost",
    content: { commonName: "localhost", names: [LOOPBACK] },
    trusted: ["127.0.0.1"],
    refused: ["localhost", "::1", "::ffff:127.0.0.1", "127.0.0.2"],
  },
  {
    title: "an address of IPv6",
    content: { names: [LOOPBACK_V6] },
    trusted: ["::1", "0:0:0:0:0:0:0:1", "::0.0.0.1"],
    refused: ["::2", "127.0.0.1", "localhost"],
  },
  {
    title: "an address of IPv4 as one of IPv6",
    content: { names: [MAPPED] },
    trusted: ["::ffff:127.0.0.1", "::FFFF:7f00:1"],
    refused: ["127.0.0.1"],
  },
  {
    title: "an address with a mask, as name constraints have it",
    content: { names: [ipName(127, 0, 0, 1, 255, 255, 255, 255)] },
    refused: ["127.0.0.1"],
  },
  {
    title: "an address as the name of a host",
    content: { names: [dnsName("127.0.0.1"), dnsName("::1")] },
    refused: ["127.0.0.1", "::1"],
  },
  {
    title: "a name whose bytes stand in an address",
    content: { names: [ipName(0x61, 0x2e, 0x62, 0x63)] },
    trusted: ["97.46.98.99"],
    refused: ["a.bc"],
  },
  {
    title: "a wildcard",
    content: { names: [dnsName("*.example.com")] },
    trusted: ["www.example.com", "WWW.example.com.", "x_y.example.com"],
    refused: ["example.com", "a.b.example.com", "www.example.org"],
  },
  {
    title: "a wildcard over two labels only",
    content: { names: [dnsName("*.com"), dnsName("*.localhost")] },
    refused: ["example.com", "www.localhost", "com", "localhost"],
  },
  {
    title: "a wildcard alone",
    content: { names: [dnsName("*"), dnsName("*."), dnsName("*.*.*")] },
    refused: ["localhost", "www.example.com"],
  },
  {
    title: "a wildcard that is a part of a label",
    content: {
      names: ["w*.example.com", "*w.example.com", "w*w.example.com"]
        .map(dnsName),
    },
    refused: ["www.example.com", "w.example.com"],
  },
  {
    title: "a wildcard that is not the first label",
    content: { names: [dnsName("www.*.com"), dnsName("*.*.com")] },
    refused: ["www.example.com"],
  },
  {
    title: "a wildcard for an address",
    content: { names: [dnsName("*.0.0.1")] },
    refused: ["127.0.0.1"],
  },
  {
    title: "a NUL behind a name",
    content: {
      names: [dnsName("localhost\0"), dnsName("localhost\0.evil.com")],
    },
    refused: ["localhost"],
  },
  {
    title: "a NUL behind a wildcard",
    content: { names: [dnsName("*.example.com\0.evil.com")] },
    refused: ["www.example.com"],
  },
  {
    title: "a NUL in a wildcard",
    content: { names: [dnsName("*\0.example.com"), dnsName("*.\0.com")] },
    refused: ["www.example.com", "example.com"],
  },
  {
    title: "bytes that are not of a name",
    content: {
      names: [
        " localhost",
        "localhost ",
        "localhost\n",
        "l\xf6calhost",
        "local host",
        "localhost:443",
        "[::1]",
        '"localhost"',
      ].map(dnsName),
    },
    refused: ["localhost", "::1"],
  },
  {
    title: "names with the root's dot",
    content: { names: [dnsName("localhost."), dnsName("*.example.com.")] },
    refused: ["localhost", "localhost.", "www.example.com"],
  },
  {
    title: "names with dots too many",
    content: {
      names: [".localhost", "..", ".", "", ".example.com", "www..example.com"]
        .map(dnsName),
    },
    refused: ["localhost", "www.example.com"],
  },
  {
    title: "labels with hyphens at their ends",
    content: { names: ["-a.example.com", "a-.example.com"].map(dnsName) },
    refused: ["a.example.com"],
  },
  {
    title: "hyphens and underscores",
    content: { names: ["xn--mnchen-3ya.example", "_a_.b--c.de"].map(dnsName) },
    trusted: ["xn--mnchen-3ya.example", "_a_.b--c.de"],
    refused: ["_a_.b-c.de"],
  },
  {
    title: "numbers as labels",
    content: { names: ["1.2.example", "1.2.3x", "*.2.3"].map(dnsName) },
    trusted: ["1.2.example", "1.2.3x"],
  },
  {
    title: "labels as long as they can be",
    content: { names: [dnsName(`${LABEL}.example`)] },
    trusted: [`${LABEL}.example`],
  },
  {
    title: "labels that are too long",
    content: { names: [dnsName(`${LABEL}b.example`)] },
    refused: ["example", `${LABEL}.example`],
  },
  {
    title: "a comma, as if it were two names",
    content: {
      names: [
        dnsName("evil.com, DNS:localhost"),
        uriName("http://evil.com/, DNS:localhost"),
        uriName("localhost"),
      ],
    },
    refused: ["localhost"],
  },
  {
    title: "a quoted name",
    content: {
      names: [dnsName('x", DNS:"localhost'), uriName('", DNS:localhost')],
    },
    refused: ["localhost"],
  },
  {
    title: "malformed names before a good one",
    content: {
      names: [dnsName("*"), dnsName("\0"), ipName(1), dnsName("localhost")],
    },
    trusted: ["localhost"],
    refused: ["127.0.0.1"],
  },
  {
    title: "many names",
    content: {
      names: [
        uriName("https://example.com/"),
        ...Array.from({ length: 500 }, (_, i) => dnsName(`host${i}.example`)),
        LOOPBACK,
        dnsName("localhost"),
      ],
    },
    trusted: ["localhost", "127.0.0.1", "host499.example"],
    refused: ["host500.example"],
  },
  {
    title: "a name of a kind that does not exist, before a good one",
    content: { names: [der(0x89, Uint8Array.of(1)), dnsName("localhost")] },
    refused: ["localhost"],
  },
  {
    title: "a name that is a structure",
    content: { names: [der(0xa2, dnsName("localhost"))] },
    refused: ["localhost"],
  },
];

/** Names that no server has. */
export const NO_SERVER_NAMES: readonly string[] = [
  " ",
  "\0",
  "localhost\0",
  "\0localhost",
  "local\0host",
  "localhost\0.example.com",
  "localhost ",
  " localhost",
  "localhost\n",
  "local host",
  ".",
  "..",
  ".localhost",
  "localhost..",
  "a..b",
  "*",
  "*.example.com",
  "w*.example.com",
  "-a.example",
  "a-.example",
  "a.example-",
  "m\xfcnchen.example",
  "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
  "\u212a.example",
  "localhost\u3002",
  `${LABEL}b`,
  `${LABEL}.${LABEL}.${LABEL}.${LABEL}`,
  `${"a.".repeat(126)}bc`,
  `${"a.".repeat(126)}b.`,
  "1",
  "127.1",
  "127.0.0.1.",
  "127.0.0.256",
  "0127.0.0.1.1",
  "127.0.0.01",
  "0x7f.0.0.1",
  "1.2.3.4.5",
  "example.1",
  "[::1]",
  "[127.0.0.1]",
  "::1%1",
  "fe80::1%eth0",
  ":::1",
  "::1.",
  "1:2:3:4:5:6:7:8:9",
  "localhost:443",
  "https://localhost",
  "user@localhost",
  "localhost/",
  "a,b",
];
