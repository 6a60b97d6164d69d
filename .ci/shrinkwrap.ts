/** The lock file of the published package: what the program itself depends on, in the versions that were tested. */

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
}

/** The part of `lock` that `manifest` needs. */
export function toShrinkwrap(manifest: Manifest, lock: Lock) {
  const reached = new Set<string>();
  reach(lock, '', manifest, reached);
  const kept = Object.entries(lock.packages).filter(([path]) => reached.has(path));
  const packages = { '': manifest, ...Object.fromEntries(kept) };
  const { name, version } = manifest;
  return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages };
}

function reach(
  lock: Lock,
  from: string,
  { dependencies, optionalDependencies, peerDependencies }: Locked,
  reached: Set<string>,
): void {
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const path = resolve(lock, from, name);
    if (path === null || reached.has(path)) continue;
    reached.add(path);
    reach(lock, path, lock.packages[path] ?? {}, reached);
  }
}

/** As Node resolves it; null for an optional or peer dependency that is not installed. */
function resolve({ packages }: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return null;
  }
}
