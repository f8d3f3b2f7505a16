import type { DeviceIdentity } from "../devices/device.ts";
import type { Party } from "./broker-acl.ts";
import { isSameSecret } from "./same-secret.ts";

/** What a client shows when it connects. */
export interface Credentials {
  clientId: string | undefined;
  username: string | undefined;
  password: string | undefined;
  /** The common name of a certificate that the devices' authority signed. */
  certificateName?: string | undefined;
}

/** Who may connect to a broker and as whom: the one answer of the embedded broker and of those that ask over HTTP. */
export interface BrokerAccess {
  /** `null` for anybody unknown, revoked, with a wrong secret or under another's client id. */
  signIn(credentials: Credentials): Party | null;
  /** Who an account belongs to, for a broker that has let it in before. */
  partyOf(username: string): Party | null;
}

interface Dependencies {
  devices: {
    authenticateMqtt(username: string, password: string): DeviceIdentity | null;
    identityOf(id: string): DeviceIdentity | null;
  };
  /** The server's own account. */
  server: { username: string; password: string };
}

export function createBrokerAccess({ devices, server }: Dependencies): BrokerAccess {
  const asDevice = (identity: DeviceIdentity | null): Party | null =>
    identity && { kind: "device", identity };

  return {
    signIn({ clientId, username, password, certificateName }) {
      if (username === undefined || clientId !== username) return null;
      // A certificate is one device's: it lends no other account anything, not even beside the right password.
      if (certificateName !== undefined && certificateName !== username) return null;
      if (username === server.username) {
        const isServer = server.password !== "" && isSameSecret(password ?? "", server.password);
        return isServer ? { kind: "server" } : null;
      }
      if (password !== undefined) return asDevice(devices.authenticateMqtt(username, password));
      return certificateName === undefined ? null : asDevice(devices.identityOf(username));
    },
    partyOf: (username) =>
      username === server.username ? { kind: "server" } : asDevice(devices.identityOf(username)),
  };
}
