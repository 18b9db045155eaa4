import { assertEquals, assertThrows } from "@std/assert";
import { openDll } from "../../src/ffi/open_dll.ts";

Deno.test("openDll() says which library is missing, and why", () => {
  const error = assertThrows(
    () => openDll("no-such-library.dll", {}),
    Deno.errors.NotSupported,
    "Cannot load no-such-library.dll: it, or a function of it, is missing",
  );
  assertEquals(error.cause instanceof Error, true);
});
