/**
 * Makes the package that is published: each door is a module of JavaScript
 * over a few files, which loads in a fraction of the time that its modules of
 * TypeScript take one by one. The sources are beside it, for their types and
 * their documentation.
 *
 *     deno task package [FOLDER]
 *
 * @module
 */
import { Step } from "./progress.ts";

const REPOSITORY = `${import.meta.dirname}/..`;

/** Where the package is, unless another folder is named. */
export const PACKAGE_FOLDER = `${REPOSITORY}/.cache/package`;

/**
 * Makes this repository's package.
 *
 * @param folder Where it goes.
 */
export async function makeOwnPackage(
  folder: string = PACKAGE_FOLDER,
): Promise<void> {
  using step = new Step("Package");
  // Its bundler is loaded only where it is needed
  const { makePackage } = await import("./package/make_package.ts");
  await makePackage(REPOSITORY, folder);
  step.done();
}

if (import.meta.main) await makeOwnPackage(Deno.args[0]);
