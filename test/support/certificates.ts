import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  /** Paths of PEM files, and their texts. */
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

const openssl = (...args: string[]): void =>
  void execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** An authority made by openssl in `folder`, which signs certificates for 127.0.0.1 or for clients. */
export function createAuthority(folder: string, name: string) {
  const file = (base: string, ending: string) => join(folder, `${name}-${base}.${ending}`);
  const read = (certFile: string, keyFile: string): Certificate => ({
    certFile,
    keyFile,
    cert: readFileSync(certFile, "utf8"),
    key: readFileSync(keyFile, "utf8"),
  });
  const [certFile, keyFile] = [file("ca", "crt"), file("ca", "key")];
  openssl(
    "req",
    "-x509",
    ...NEW_KEY,
    "-keyout",
    keyFile,
    "-out",
    certFile,
    "-days",
    "2",
    "-subj",
    `/CN=${name}`,
  );

  function sign(commonName: string, extension: string): Certificate {
    const [request, key, cert] = [file(commonName, "csr"), file(commonName, "key"), file(commonName, "crt")];
    const extensions = file(commonName, "ext");
    writeFileSync(extensions, extension);
    openssl("req", ...NEW_KEY, "-keyout", key, "-out", request, "-subj", `/CN=${commonName}`);
    const authority = ["-CA", certFile, "-CAkey", keyFile, "-CAcreateserial"];
    openssl("x509", "-req", "-in", request, ...authority, "-out", cert, "-days", "2", "-extfile", extensions);
    return read(cert, key);
  }
  return {
    ...read(certFile, keyFile),
    server: () => sign("127.0.0.1", "subjectAltName=IP:127.0.0.1\n"),
    client: (commonName: string) => sign(commonName, "extendedKeyUsage=clientAuth\n"),
  };
}
