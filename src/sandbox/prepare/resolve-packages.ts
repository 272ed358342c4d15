import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Resolves packages where they really lie, as each would resolve its own name: by its `exports`. The way node would look for
 * them leads along folders and links of a package manager, and this process may not read those.
 *
 * @param packageFiles the `package.json` of each, by its name
 */
export function resolvePackages(packageFiles: Readonly<Record<string, string>>): void {
  const homes = Object.entries(packageFiles).map(([name, file]) => ({ name, url: pathToFileURL(file).href }));
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const home = homes.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
      return nextResolve(specifier, home ? { ...context, parentURL: home.url } : context);
    },
  });
}
