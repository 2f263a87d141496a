import type { BackupError } from '../core/errors.ts';
import type { Event } from '../core/events.ts';
import type { PreparedRequest, TrackedResponse } from '../core/operation.ts';

export type CloudKind = 'public' | 'usGovernment' | 'china' | 'custom' | 'sandbox';

/** Where a cloud keeps blobs. */
interface CloudStorage {
  /** The resource that tokens for blobs are asked for, without `/.default`: `https://storage.azure.com`. */
  readonly audience: string;
  /** What follows an account's name in the host of its blobs: `blob.core.windows.net`. None in the sandbox, whose blobs are on this machine. */
  readonly blobSuffixes: readonly string[];
}

/** Whom requests go to, with a token that nobody else may get. */
export interface ServiceEndpoint {
  readonly kind: CloudKind | 'appliance';
  /** As shown: `Azure`, `the appliance backup-01`. */
  readonly label: string;
  /** Origin with no trailing slash: of a cloud's resource manager, or of an appliance. */
  readonly resourceManagerEndpoint: string;
}

/**
 * A cloud's addresses. Tokens for it go to `resourceManagerEndpoint`'s host and to `authorityHost`, those for its blobs to the
 * accounts' own hosts, nowhere else.
 */
export interface CloudEnvironment extends ServiceEndpoint {
  readonly kind: CloudKind;
  /** As shown: `Azure`, `Azure US Government`, `Sandbox`. */
  readonly label: string;
  /** Origin with no trailing slash: `https://management.azure.com`. */
  readonly resourceManagerEndpoint: string;
  /** Origin (and path, for ADFS) with no trailing slash: `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** The resource that tokens are asked for, without `/.default`: `https://management.azure.com/`. */
  readonly audience: string;
  /** Absent where nobody said where this cloud keeps blobs. */
  readonly storage?: CloudStorage;
  /** How many times shorter its hours are than Azure's; 1 where absent. Only a sandbox has others. */
  readonly speed?: number;
  /** Origin of the portal, where there is one. */
  readonly portalUrl?: string;
  /** A PEM file whose certificates are trusted in addition to the system's; never instead of verifying. */
  readonly certificateAuthorityFile?: string;
}

/** Who waits for an answer: a person who has just asked, or nobody in particular (the following of jobs, what is kept fresh). */
export type RequestPriority = 'click' | 'background';

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** `click` where absent. What is `background` waits for what is not, and leaves it a share of the cloud's limits. */
  readonly priority?: RequestPriority;
  /** The tenant whose token is used; the sign-in's home tenant where absent. */
  readonly tenantId?: string;
  /** What is being done, as a verb phrase for error messages: `list the policies`. */
  readonly attempted?: string;
  /** As shown to a person in an error message: the resource's name or id. */
  readonly resource?: string;
}

/** An answer; `body` is parsed JSON. */
export interface ArmResponse extends TrackedResponse {
  readonly url: string;
  /** The body's text as it came, for documents that show it unaltered. */
  readonly text: string;
  readonly requestId?: string;
}

export interface Page {
  /** The items as Azure gave them. */
  readonly items: readonly unknown[];
  /** Where the next page is; already checked to be on the cloud's own host. */
  readonly nextLink?: string;
}

/** A container of a storage account, as Azure told where it is. */
export interface BlobPlace {
  /** The account's name. */
  readonly account: string;
  /** `properties.primaryEndpoints.blob` of the account. */
  readonly endpoint: string;
  readonly container: string;
}

export interface BlobEntry {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly lastModified?: string;
  readonly sizeBytes?: number;
}

interface BlobPage {
  readonly items: readonly BlobEntry[];
  /** Opaque; hand it back to get the next page. */
  readonly next?: string;
}

/** The blobs of a cloud, read with the same sign-in. Nothing is written or deleted. */
export interface BlobReader {
  /** One page, in the order of the names. @throws BackupError for a refusal, no answer, and an endpoint that is not the cloud's; CancelledError */
  list(place: BlobPlace, options?: RequestOptions & { readonly next?: string }): Promise<BlobPage>;
  /** Undefined where the container holds no such blob. @throws as `list`, and `ContainerNotFound` where there is no such container */
  find(place: BlobPlace, name: string, options?: RequestOptions): Promise<BlobEntry | undefined>;
}

/** The one way to a service: a cloud's resource manager, or an appliance. Paths start with `/` or are absolute URLs on its own host. */
export interface ServiceClient {
  /**
   * GET, retried on 429, 5xx and lost connections by the one retry layer.
   * @throws BackupError for any status of 400 and above, for an unreachable endpoint and for a body that is not JSON.
   */
  get(pathOrUrl: string, options?: RequestOptions): Promise<ArmResponse>;
  /** GET of one page of a list (`value` and `nextLink`; an appliance's `results`). @throws as `get`, and where it is no list. */
  page(pathOrUrl: string, options?: RequestOptions): Promise<Page>;
  /** All pages, one request at a time as they are asked for. */
  pages(pathOrUrl: string, options?: RequestOptions): AsyncIterable<Page>;
  /**
   * Any answer, as it is: 404 and 409 included; what trackers need.
   * Retried as `get` is. @throws BackupError where no usable answer came (nothing at all, or a 2xx whose body is not
   *   JSON: a torn 200 must not pass for an empty one), or the URL is of a host that is not the cloud's.
   */
  poll(url: string, options?: RequestOptions): Promise<ArmResponse>;
  /**
   * Sends a change exactly as prepared, once: only a 429 (Azure did not take it) is sent again after its Retry-After,
   * and a 401 once with a fresh token.
   * Answers of 400 and above are returned, not thrown, so that the caller can tell a refusal from an unclear end.
   * `body` is undefined where an answer's body is not JSON; `text` has it.
   * @throws BackupError with code `NoAnswer` where the connection broke, timed out or was cancelled after the request
   *   may have left, and with code `NotSent` where it certainly did not leave (name not found, refused, TLS, sign-in
   *   failed); the cause tells why. @throws CancelledError only where nothing had left.
   */
  send(request: PreparedRequest, options?: RequestOptions): Promise<ArmResponse>;
  /**
   * Milliseconds between one background request to the URL and the next one of its kind, so that what the cloud allows lasts until it allows
   * more; 0 where nothing is known of a limit. Absent where nobody counts.
   */
  pace?(url: string): number;
  /**
   * Why a person's request would not be sent now, with the time after which it would (`retryAfterMs`): the service has said that it takes
   * no more of these until then. Undefined where nothing is known that stands in its way. Absent where nobody counts.
   */
  heldBack?(request: Pick<PreparedRequest, 'method' | 'url'>, options?: RequestOptions): BackupError | undefined;
}

/** The way to an appliance. */
export interface ApplianceClient extends ServiceClient {
  /** The version of its REST API that is spoken: `v8`. @throws BackupError for a setting that cannot be used */
  apiVersion(): string;
}

/** The way to a cloud's resource manager. */
export interface ArmClient extends ServiceClient {
  readonly environment: CloudEnvironment;
  /** Absent where nobody said where this cloud keeps blobs. */
  readonly blobs?: BlobReader;
}

/** A subscription that the sign-in can see and the filter lets through. */
export interface Subscription {
  /** GUID. */
  readonly subscriptionId: string;
  /** `/subscriptions/{guid}`. */
  readonly id: string;
  readonly name: string;
  readonly tenantId?: string;
  /** `Enabled`, `Disabled`, `Warned`, `PastDue`, `Deleted`. */
  readonly state: string;
  readonly raw: unknown;
}

/** A tenant that did not let us in: one row, not a loop of prompts. */
export interface TenantProblem {
  readonly tenantId: string;
  /** As shown; the id where the name is not known. */
  readonly tenantName: string;
  readonly error: BackupError;
}

export type ConnectionState =
  /** No cloud is chosen yet, or the sandbox is not running: the view offers the sandbox and the sign-in. */
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting'; readonly label: string }
  | { readonly kind: 'signedOut'; readonly environment: CloudEnvironment }
  | { readonly kind: 'connected'; readonly environment: CloudEnvironment; readonly account?: string }
  | { readonly kind: 'failed'; readonly error: Error };

/** The signed-in cloud of this window. Knows no vscode. */
export interface Connection {
  readonly state: ConnectionState;
  readonly onDidChange: Event<ConnectionState>;
  /**
   * Connects as far as that goes without asking the person anything; at once where it is connected already, one
   * attempt for all who ask meanwhile. Nothing is sent anywhere before the first call. Never rejects: the state tells.
   * `retry`: a person asks, so also where an earlier attempt failed or was ended.
   */
  connect(options?: { readonly retry?: boolean }): Promise<ConnectionState>;
  /** Tenants left out of the newest `subscriptions()`, each with the reason. */
  readonly problems: readonly TenantProblem[];
  /** @throws BackupError where the state is not `connected`. */
  arm(): ArmClient;
  /**
   * Those of the chosen tenants, after the subscription filter; all pages. Connects first where it has not.
   * @throws BackupError where the cloud cannot be connected or no tenant at all let us in; CancelledError.
   */
  subscriptions(signal: AbortSignal): Promise<readonly Subscription[]>;
}
