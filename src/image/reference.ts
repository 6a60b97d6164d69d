/**
 * The name of a container image as people type it and as the Console wants it: `alpine:3.16`,
 * `ghcr.io/acme/api:1.4`, `reg:5000/a/b@sha256:…`. Docker's own rules decide what is a registry; a name on
 * Docker Hub has an empty registry and, for an official image, a repository below `library/`, because that is
 * how the Console spells it.
 */

export interface ImageReference {
  /** Host with its port, `''` for Docker Hub. */
  readonly registry: string;
  /** Path below the registry, `library/alpine` for Docker's official images. */
  readonly repository: string;
  /** `''` only where a digest says it all. */
  readonly tag: string;
  /** `sha256:…` or `''`. */
  readonly digest: string;
}

/** Prints the familiar form: `alpine:3.16`, not `docker.io/library/alpine:3.16`. */
export function printReference(reference: ImageReference): string {
  throw new Error(`not written: ${reference.repository}`);
}
