/** The answers of `serveHttp` where `Deno.serve` gives others. */
export const OURS: Record<string, string> = {
  "the answer is a stream of nothing": "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 0\n" +
    "\n",
  "HEAD, where the answer would be a stream of nothing": "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 0\n" +
    "\n",
  "status 205": "HTTP/1.1 205 Reset Content\n" +
    "connection: close\n" +
    "content-length: 0\n" +
    "\n",
  "status 418": "HTTP/1.1 418 I'm a Teapot\n" +
    "connection: close\n" +
    "content-length: 4\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "body",
  "the URL": "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 23\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "http://a.test/c?d=e&f#g",
  "three requests over one connection": "HTTP/1.1 200 OK\n" +
    "connection: keep-alive\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/1\n" +
    "HTTP/1.1 200 OK\n" +
    "connection: keep-alive\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/2\n" +
    "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/3",
  "three requests at once over one connection": "HTTP/1.1 200 OK\n" +
    "connection: keep-alive\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/1\n" +
    "HTTP/1.1 200 OK\n" +
    "connection: keep-alive\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/2\n" +
    "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 2\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "/3",
  "HTTP/1.0": "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 3\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "old",
  "HTTP/1.0 that is kept alive": "HTTP/1.1 200 OK\n" +
    "connection: keep-alive\n" +
    "content-length: 3\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "old\n" +
    "HTTP/1.1 200 OK\n" +
    "connection: close\n" +
    "content-length: 3\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "old",
  "no host": "HTTP/1.1 400 Bad Request\n" +
    "connection: close\n" +
    "transfer-encoding: chunked\n" +
    "\n",
  "no request at all": "HTTP/1.1 400 Bad Request\n" +
    "connection: close\n" +
    "\n",
  "two lengths": "HTTP/1.1 400 Bad Request\n" +
    "connection: close\n" +
    "\n",
  "a length and chunks": "HTTP/1.1 400 Bad Request\n" +
    "connection: close\n" +
    "\n",
  "the stream of the answer fails": "HTTP/1.1 500 Internal Server Error\n" +
    "connection: close\n" +
    "content-length: 6\n" +
    "content-type: text/plain;charset=UTF-8\n" +
    "\n" +
    "failed",
};
