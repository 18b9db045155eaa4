/**
 * The libraries, opened outside of any test, so that no test is blamed for
 * keeping them open.
 *
 * @module
 */

import { loadIdentitySymbols } from "../../src/ffi/identity/native.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";

loadSymbols();
loadIdentitySymbols();
loadWaitSymbols();
