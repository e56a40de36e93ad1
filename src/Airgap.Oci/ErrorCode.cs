namespace Airgap.Oci;

/// <summary>
/// The codes of every failure and warning that a user can meet. They are the same in the tool, in MSBuild and in JSON:
/// <c>AIRGAP</c> followed by the four digits. 1xxx is a registry, 2xxx what the user gave, 3xxx the local machine,
/// 4xxx Kubernetes output. A code never changes its meaning.
/// </summary>
public enum ErrorCode
{
    /// <summary>No connection to the registry: unknown host, refused, dropped.</summary>
    RegistryUnreachable = 1001,

    /// <summary>The registry's certificate is not trusted.</summary>
    RegistryCertificate = 1002,

    /// <summary>The registry wants credentials, or refused those it was given (401).</summary>
    Unauthorized = 1003,

    /// <summary>The credentials do not allow the operation (403).</summary>
    Forbidden = 1004,

    /// <summary>The repository has no manifest under that tag or digest.</summary>
    ManifestUnknown = 1005,

    /// <summary>The repository has no blob with that digest.</summary>
    BlobUnknown = 1006,

    /// <summary>The registry has no such repository.</summary>
    RepositoryUnknown = 1007,

    /// <summary>The registry limits requests, and still did so after the last retry (429).</summary>
    TooManyRequests = 1008,

    /// <summary>The registry refused the request for a reason of its own (another 4xx).</summary>
    RegistryRefused = 1009,

    /// <summary>The registry still failed after the last retry (5xx).</summary>
    RegistryFailed = 1010,

    /// <summary>Bytes from a registry do not have the digest they were asked by.</summary>
    DigestMismatch = 1011,

    /// <summary>A blob is longer or shorter than its descriptor says.</summary>
    SizeMismatch = 1012,

    /// <summary>A manifest is larger than 4 MiB, or an answer larger than its limit.</summary>
    ResponseTooLarge = 1013,

    /// <summary>The registry's answer does not follow the distribution specification.</summary>
    RegistryProtocol = 1014,

    /// <summary>The token server gave no token.</summary>
    TokenRequestFailed = 1015,

    /// <summary>The registry did not answer in time.</summary>
    RegistryTimeout = 1016,

    /// <summary>A tag cannot be moved.</summary>
    TagImmutable = 1017,

    /// <summary>After the upload the destination holds other content under the tag.</summary>
    DestinationMismatch = 1018,

    /// <summary>The registry names a token server that credentials must not go to.</summary>
    TokenRealmRefused = 1019,

    /// <summary>The image is in the registry v1 (schema 1) format, which has no content digests to relocate by.</summary>
    UnsupportedManifest = 1020,

    /// <summary>The registry redirects to a place that is not followed.</summary>
    RedirectRefused = 1021,

    /// <summary>The registry forgot an upload again and again before it was finished.</summary>
    UploadForgotten = 1022,

    /// <summary>The registry's storage quota is used up.</summary>
    QuotaExceeded = 1023,

    /// <summary>The repository or registry takes no pushes.</summary>
    ReadOnlyRepository = 1024,

    /// <summary>The registry does not keep a manifest under the digest it is pinned by, because that is not a sha256 digest.</summary>
    DigestAlgorithmRefused = 1025,

    /// <summary>
    /// The destination lost or damaged content that it says it has, and keeps the damage although the content was sent again.
    /// </summary>
    DestinationDamaged = 1035,

    /// <summary>Not an image reference.</summary>
    InvalidReference = 2001,

    /// <summary>Not a digest.</summary>
    InvalidDigest = 2002,

    /// <summary>Not a repository.</summary>
    InvalidRepository = 2003,

    /// <summary>A bundle was expected and the reference is a plain image or an index.</summary>
    NotABundle = 2004,

    /// <summary>A plain image was expected and the reference is a bundle.</summary>
    UnexpectedBundle = 2005,

    /// <summary>A lock file is malformed YAML, of the wrong kind, or has a wrong field.</summary>
    InvalidLock = 2006,

    /// <summary>A lock file names an image without a digest.</summary>
    LockWithoutDigest = 2007,

    /// <summary>An ImagesLock that is relocated on its own holds a bundle.</summary>
    LockContainsBundle = 2008,

    /// <summary>No source, or several, were given.</summary>
    SourceSelection = 2009,

    /// <summary>No destination, or several, were given.</summary>
    DestinationSelection = 2010,

    /// <summary>Options that exclude each other.</summary>
    IncompatibleOptions = 2011,

    /// <summary>Not an imgpkg archive, or a truncated or damaged one.</summary>
    InvalidArchive = 2012,

    /// <summary>A layer is not in the archive.</summary>
    ArchiveLayerMissing = 2013,

    /// <summary>Bytes in the archive do not have the digest it lists them under.</summary>
    ArchiveDigestMismatch = 2014,

    /// <summary>The archive does not say which bundle is its root.</summary>
    ArchiveRootUnknown = 2015,

    /// <summary>A bundle without readable content: several layers, another layer type, no images.yml.</summary>
    InvalidBundle = 2016,

    /// <summary>An image of a bundle is neither in the bundle's repository nor at its recorded place.</summary>
    ImageNotFound = 2017,

    /// <summary>A certificate file that holds no certificate.</summary>
    InvalidCertificate = 2018,

    /// <summary>
    /// An <c>IMGPKG_</c> variable with an unknown name or an invalid value, or a proxy variable that does not name a proxy.
    /// </summary>
    InvalidEnvironment = 2019,

    /// <summary>An unknown keychain name.</summary>
    UnknownKeychain = 2020,

    /// <summary>A manifest or config that is not what its media type says.</summary>
    InvalidManifest = 2021,

    /// <summary>An item, property or argument with a value that is not allowed.</summary>
    InvalidArgument = 2022,

    /// <summary>Two items would be written to the same place.</summary>
    ConflictingDestination = 2023,

    /// <summary>An archive holds other content than the declared item.</summary>
    ArchiveMismatch = 2024,

    /// <summary>
    /// A layer that cannot be unpacked: no readable tar, a path that leads out of the folder, or far more content than any honest layer
    /// has.
    /// </summary>
    InvalidLayer = 2025,

    /// <summary>Images failed in a run that kept going: the others arrived, and nothing that claims completeness was written.</summary>
    IncompleteRelocation = 2026,

    /// <summary>A project's <c>airgap.lock.json</c> is malformed, or holds what no run would have written.</summary>
    InvalidProjectLock = 2033,

    /// <summary>Locked mode, and the lock file pins no digest for an item.</summary>
    NotLocked = 2034,

    /// <summary>Locked mode, and the lock file pins what no item declares.</summary>
    StaleLock = 2035,

    /// <summary>Locked mode, and a tag stands for another digest than the lock file pins.</summary>
    TagMoved = 2036,

    /// <summary>A project file that cannot be edited: no XML, an unknown encoding, or no project of an SDK.</summary>
    UneditableProject = 2040,

    /// <summary>A project declares the same repository already, with another tag or as another kind of item.</summary>
    AlreadyDeclared = 2041,

    /// <summary>An image that a bundle is to pin does not exist.</summary>
    ImageToPinNotFound = 2045,

    /// <summary>An image that a bundle is to pin has no image for the wanted platform.</summary>
    NoMatchingPlatform = 2046,

    /// <summary>The content of a bundle has a second <c>.imgpkg</c> directory.</summary>
    SecondBundleFolder = 2047,

    /// <summary>A content file leads out of the project, or its path out of the bundle.</summary>
    ContentOutside = 2048,

    /// <summary>One text under <c>packages/</c> stands for several images.</summary>
    ConflictingImages = 2049,

    /// <summary>A project that is referenced as an image does not reference the package that has the target for it.</summary>
    ImageProjectWithoutTarget = 2055,

    /// <summary>A project that is referenced as an image publishes none that a bundle can pin.</summary>
    ImageProjectWithoutImage = 2056,

    /// <summary>An archive does not hold the container image that was published to it.</summary>
    InvalidImageArchive = 2057,

    /// <summary>The image of a project has to be published, and was not.</summary>
    ImageNotBuilt = 2058,

    /// <summary>An archive in another format than imgpkg's, such as skopeo's or docker's, or a compressed one.</summary>
    ForeignArchive = 2065,

    /// <summary>An archive holds an <c>airgap.json</c> of a newer version than this one reads.</summary>
    NewerArchive = 2066,

    /// <summary>An archive's lock was read from the file that an earlier version wrote beside it (warning).</summary>
    LockBesideArchive = 2067,

    /// <summary>The lock beside an archive is not believed: it is older, unreadable, or of other images (warning).</summary>
    LockBesideArchiveIgnored = 2068,

    /// <summary>The manifests of what is asked for have more bytes than are held in memory, and no temporary file takes them.</summary>
    TooManyManifests = 2069,

    /// <summary>
    /// Standard output was closed, or its disk is full: what was asked for is nowhere to be read. What was moved is where it should be.
    /// </summary>
    OutputNotWritten = 2075,

    /// <summary>A certificate or key that https cannot be served with.</summary>
    InvalidServerCertificate = 2080,

    /// <summary>A password file that is not one, or holds other hashes than bcrypt's.</summary>
    InvalidPasswordFile = 2081,

    /// <summary>Two archives are served under one name and have a tag with different content (warning).</summary>
    ServedTagMoved = 2082,

    /// <summary>A repair was asked for, and an item's destination is an archive: only repositories are repaired (warning).</summary>
    NothingToRepair = 2085,

    /// <summary>
    /// An OCI image layout, in a folder or a tar, that is malformed: no or another index.json, wrong sizes, links, paths that lead out of
    /// it.
    /// </summary>
    InvalidLayout = 2090,

    /// <summary>An OCI image layout lacks a manifest, config or layer to which something in it refers.</summary>
    LayoutBlobMissing = 2091,

    /// <summary>An OCI image layout was to be written into a folder that holds other files.</summary>
    LayoutFolderUnsuited = 2092,

    /// <summary>A layout holds several images under one tag, and a repository can have one of them.</summary>
    LayoutTagConflict = 2093,

    /// <summary>Bundles are declared and no destination is: nothing was relocated (warning).</summary>
    NoDestination = 2101,

    /// <summary>Non-distributable layers were left out (warning).</summary>
    LayersSkipped = 2102,

    /// <summary>Non-distributable layers were asked for, and there were none (warning).</summary>
    NoLayersToInclude = 2103,

    /// <summary>A property or metadata with an unknown name (warning).</summary>
    UnknownName = 2104,

    /// <summary>The artifacts' folder has a kustomization that no publish wrote: it stays (warning).</summary>
    ForeignKustomization = 2105,

    /// <summary>A project names a destination and declares nothing to relocate (warning).</summary>
    NothingDeclared = 2106,

    /// <summary>A file that a publish wrote has been changed since: it stays (warning).</summary>
    ArtifactChanged = 2107,

    /// <summary>
    /// A Secret that a publish wrote has been changed since and stays, and does not name a registry that it now has to (warning).
    /// </summary>
    SecretNotUpdated = 2108,

    /// <summary>
    /// A delta archive requires layers that are nowhere where they were looked for. Import what it builds on first, or name a repository of
    /// the same registry that has them.
    /// </summary>
    DeltaLayersMissing = 2110,

    /// <summary>
    /// Something that a delta archive is to build on is none: no archive, lock, relocation.json, receipt or repository, or one that cannot
    /// be read.
    /// </summary>
    InvalidBase = 2111,

    /// <summary>
    /// An output would replace what it is made of: an archive what it builds on or one of those that are joined, a prune plan what it
    /// keeps.
    /// </summary>
    BaseIsOutput = 2112,

    /// <summary>Archives that are to be joined do not form a chain: one is missing, foreign, given twice, or in the wrong order.</summary>
    BrokenChain = 2113,

    /// <summary>A receipt that is malformed, was changed, or names content that cannot be found again.</summary>
    InvalidReceipt = 2114,

    /// <summary>A receipt would replace a file that is not a receipt.</summary>
    ReceiptNotOurs = 2115,

    /// <summary>An archive is a delta: it is right, and not whole without what it builds on (warning).</summary>
    ArchiveIsDelta = 2116,

    /// <summary>
    /// A template of repositories that cannot be read: an unknown placeholder, a brace without its other half, a template without a host or
    /// too long. The message names the character.
    /// </summary>
    InvalidRepositoryTemplate = 2117,

    /// <summary>
    /// A template makes a name that no registry takes of an image, or names something that the image does not have. Change the template.
    /// </summary>
    TemplateNameInvalid = 2118,

    /// <summary>
    /// A template sends two images that have one tag and different content to one repository. Name the source in the template, as with
    /// {source.repository}.
    /// </summary>
    TemplateCollision = 2119,

    /// <summary>
    /// A template stands where none can be followed: beside a repository that is named, for an archive, or for a list of images in a
    /// project.
    /// </summary>
    TemplateNotApplicable = 2120,

    /// <summary>
    /// A mirror configuration that cannot lead to where the images are: containerd keeps the path of an image, so that the mirror has to
    /// have the same paths. Relocate with a template that keeps them, or ask for another format.
    /// </summary>
    MirrorPathsDiffer = 2121,

    /// <summary>A mirror configuration was asked of a file that names no images with their sources and destinations.</summary>
    NothingMirrored = 2122,

    /// <summary>
    /// The list of an archive's parts is malformed, or was changed: other names than those of parts, orders twice, sizes that do not add
    /// up.
    /// </summary>
    InvalidPartList = 2130,

    /// <summary>
    /// Parts of an archive lie there without their list, which is written last: their writing did not end, or it was left behind.
    /// </summary>
    PartListMissing = 2131,

    /// <summary>Parts of an archive are missing.</summary>
    PartMissing = 2132,

    /// <summary>A file is not the part that it is called: of another set, exchanged with another part, cut short, or damaged.</summary>
    PartUnfit = 2133,

    /// <summary>The size that parts are to have would make more of them than can be.</summary>
    VolumeTooSmall = 2134,

    /// <summary>
    /// Something that no list names as a part of this archive lies where its parts are to be written, or would be read in their place.
    /// </summary>
    PartInTheWay = 2135,

    /// <summary>An archive that was split has changed since, or while it was read.</summary>
    ArchiveChanged = 2136,

    /// <summary>A part has another digest than its list says: it has to be brought, or written, again.</summary>
    PartDamaged = 2137,

    /// <summary>A bundle was packed into an archive without the images that it pins, which are in a registry (warning).</summary>
    PinnedImagesNotPacked = 2138,

    /// <summary>An archive holds nothing, or several things, that a map's name stands for.</summary>
    ArchiveItemUnknown = 2139,

    /// <summary>
    /// A prune would not know what to keep: a manifest that a lock, report or project keeps is not in the repository, or cannot be read, so
    /// that what belongs to it cannot be told. Relocate it there again, or leave it out of what is kept.
    /// </summary>
    KeptNotWhole = 2150,

    /// <summary>What was given to compare or to keep names nothing that goes to the repository.</summary>
    NothingKept = 2151,

    /// <summary>The registry does not list the tags of a repository, so that what it has too much cannot be known.</summary>
    TagsNotListed = 2152,

    /// <summary>The registry deletes no manifests. Its own retention rules, or its operator, have to remove what is not needed.</summary>
    DeletionUnsupported = 2153,

    /// <summary>
    /// A prune plan that is malformed, of another version, or made for another repository. Make it again with <c>prune --plan</c>.
    /// </summary>
    InvalidPrunePlan = 2154,

    /// <summary>An entry of a prune plan was left alone, because the repository has changed since the plan was made (warning).</summary>
    PruneItemKept = 2155,

    /// <summary>A part of a comparison could not be made (warning).</summary>
    NotCompared = 2156,

    /// <summary>Another process serves the registry's folder, or collects its garbage. End it first.</summary>
    RegistryFolderInUse = 2157,

    /// <summary>
    /// A repository of a registry's folder holds a manifest that cannot be read: no garbage of it is collected (warning).
    /// </summary>
    RepositoryNotSwept = 2158,

    /// <summary>A registry took a deletion, or said that nothing was there, and still gives the manifest.</summary>
    StillThere = 2159,

    /// <summary>A report or receipt of a relocation that cannot be read, or is of another version.</summary>
    InvalidRelocationReport = 2160,

    /// <summary>A list of registries names one twice, or excludes another property.</summary>
    ConflictingRegistries = 2161,

    /// <summary>A repository holds more manifests or tags than a walk follows.</summary>
    RepositoryTooLarge = 2162,

    /// <summary>
    /// The grace of a prune plan is not over: the registry does not say how old its manifests are, so it counts from the plan.
    /// </summary>
    GraceNotOver = 2163,

    /// <summary>
    /// Signatures, attestations, SBOMs or other artifacts belong to the images and were not asked for: they stay behind (warning). Ask for
    /// all artifacts.
    /// </summary>
    ArtifactsLeftBehind = 2170,

    /// <summary>
    /// Artifacts that belong to the images could not be read at the source, as the account may not or the registry lists only some: they
    /// stay behind (warning).
    /// </summary>
    ArtifactsUnread = 2171,

    /// <summary>A bundle whose packages are asked for holds none: it is not a package repository.</summary>
    NoPackagesInBundle = 2172,

    /// <summary>A choice of packages or platforms that cannot be read. Write NAME@RANGE, NAME@latest:N, OS/ARCHITECTURE.</summary>
    InvalidSelection = 2173,

    /// <summary>
    /// A choice of packages takes none of a package repository: the name or the range is wrong, or only pre-releases would do.
    /// </summary>
    PackageNotFound = 2174,

    /// <summary>An image lacks a platform that was chosen. Choose what it has, or go on without.</summary>
    PlatformMissing = 2175,

    /// <summary>An image has none of the chosen platforms and is carried whole, as it was asked to go on without (warning).</summary>
    PlatformKept = 2176,

    /// <summary>
    /// Images stay in a derived bundle that no chosen package names, as nothing shows that they are not needed (warning).
    /// </summary>
    UnreferencedKept = 2177,

    /// <summary>An archive holds a bundle that was derived by another selection than the one that is asked for.</summary>
    SelectionMismatch = 2178,

    /// <summary>
    /// Several bundles or images are to share an archive in imgpkg's format, which holds one. Write an OCI layout, or an archive for each.
    /// </summary>
    OneRootPerArchive = 2180,

    /// <summary>
    /// An ImagesLock is to share an archive: its order and annotations are those of a whole archive. Give it an archive of its own.
    /// </summary>
    LockSharesNoArchive = 2181,

    /// <summary>
    /// An archive that several projects may share could not be read and is written anew, without what others put there (warning). Publish
    /// the others again.
    /// </summary>
    SharedArchiveRenewed = 2182,

    /// <summary>
    /// Two of the images that are to share an archive have one name and different digests: a tag was moved in between, or one bundle is
    /// chosen of in two ways.
    /// </summary>
    SharedNameConflict = 2183,

    /// <summary>
    /// Archives that are read together are no chain of deltas: none of them is what the others build up to, or one is no part of it.
    /// </summary>
    NotOneChain = 2184,

    /// <summary>
    /// What is derived of a bundle by a choice of packages or platforms is not what the project's lock pins: another release of this
    /// program derives otherwise, or the lock was changed (a warning outside locked mode). Update the lock, or use the release that wrote
    /// it.
    /// </summary>
    DerivedMoved = 2190,

    /// <summary>
    /// A private key cannot be read, or is of a kind that cannot sign this: Ed25519 signs no archive, of which only the hash is known.
    /// </summary>
    InvalidSigningKey = 2200,

    /// <summary>A private key is encrypted, and the password is missing or wrong.</summary>
    SigningPassword = 2201,

    /// <summary>A program that signs failed, took too long, or gave what the public key does not verify.</summary>
    SigningFailed = 2202,

    /// <summary>
    /// An archive, a part or a base has to be signed, and what lies beside it is missing or no signature of it by the key.
    /// </summary>
    ArchiveSignature = 2203,

    /// <summary>A file stands where a signature belongs, and is none.</summary>
    SignatureNotOurs = 2204,

    /// <summary>A log of what was done is broken at a line: changed, removed or torn.</summary>
    BrokenAuditLog = 2205,

    /// <summary>A log of what was done is held by another process for too long.</summary>
    AuditLogInUse = 2206,

    /// <summary>The command that has to agree refused what would move.</summary>
    GateRefused = 2207,

    /// <summary>The command that has to agree could not be run to its end.</summary>
    GateFailed = 2208,

    /// <summary>A provenance is asked for, and there is no key to sign it or no registry to attach it in.</summary>
    ProvenanceNotPossible = 2209,

    /// <summary>Something is to be signed that no signature can be kept beside: a folder, or images outside a registry.</summary>
    NothingToSign = 2210,

    /// <summary>A file to read does not exist.</summary>
    FileNotFound = 3001,

    /// <summary>The file system refused access.</summary>
    AccessDenied = 3002,

    /// <summary>No space is left on the disk.</summary>
    DiskFull = 3003,

    /// <summary>Reading or writing a file failed.</summary>
    FileFailure = 3004,

    /// <summary>A docker credential helper failed, hung or does not exist.</summary>
    CredentialHelper = 3005,

    /// <summary>A docker config that cannot be read.</summary>
    InvalidDockerConfig = 3006,

    /// <summary>No .NET SDK was found to evaluate the project.</summary>
    SdkNotFound = 3007,

    /// <summary>The project cannot be evaluated.</summary>
    ProjectEvaluation = 3008,

    /// <summary>The run was cancelled.</summary>
    Canceled = 3009,

    /// <summary>The MSBuild that runs is older than 18.0.</summary>
    UnsupportedMSBuild = 3010,

    /// <summary>The output folder holds files that no earlier run wrote.</summary>
    OutputNotEmpty = 3011,

    /// <summary>Another run is writing the same archive.</summary>
    ArchiveInUse = 3012,

    /// <summary>A file that a run makes for itself is a link, or another user's: it was not opened.</summary>
    ForeignFile = 3013,

    /// <summary>An output leads to a folder, a disk, a socket, or a stream that its format cannot be written to.</summary>
    OutputUnsuited = 3014,

    /// <summary>Another run kept the destination for longer than the limit.</summary>
    DestinationInUse = 3015,

    /// <summary>A cloud's keychain got no credentials of its registry.</summary>
    CloudKeychain = 3022,

    /// <summary>The registry of <c>serve</c> listens beyond this machine without https or without users (warning).</summary>
    ExposedRegistry = 3023,

    /// <summary>A failure that has no code of its own: a defect of this product.</summary>
    Unexpected = 3999,

    /// <summary>Not a name that Kubernetes accepts.</summary>
    InvalidKubernetesName = 4001,

    /// <summary>A PackageRepository field with a value that the cluster would refuse.</summary>
    InvalidPackageRepository = 4002,

    /// <summary>A file under <c>packages/</c> that is not YAML, or a Package or PackageMetadata that a cluster would refuse.</summary>
    InvalidPackage = 4003,

    /// <summary>A Package is not named <c>REFNAME.VERSION</c>.</summary>
    PackageNameMismatch = 4004,

    /// <summary>The version of a Package is not a semantic version.</summary>
    InvalidPackageVersion = 4005,

    /// <summary>The name of a package has not three DNS labels or more.</summary>
    InvalidPackageRefName = 4006,

    /// <summary>A reference under <c>packages/</c> is not in the lock of the bundle that is made.</summary>
    ReferenceNotLocked = 4007,

    /// <summary>Two documents under <c>packages/</c> have the same kind and name.</summary>
    DuplicatePackage = 4008,

    /// <summary>A Package fetches from a place that a relocation does not change (warning).</summary>
    FetchNotRelocated = 4016,

    /// <summary>The bundle has no <c>packages/</c> directory: no PackageRepository manifest was written (warning).</summary>
    NotAPackageRepository = 4101,

    /// <summary>A reference under <c>packages/</c> that no lock entry matches stays on its registry (warning).</summary>
    ReferenceNotRelocated = 4102,

    /// <summary>An API group that only alphas of kapp-controller before 0.19 served, as a cluster-scoped kind (warning).</summary>
    OldApiGroup = 4103,

    /// <summary>A PackageRepository that names neither tag nor digest looks for <c>latest</c> (warning).</summary>
    UnpinnedReference = 4104,

    /// <summary>A sync period under 30 s, which the cluster raises to 30 s (warning).</summary>
    SyncPeriodRaised = 4105,

    /// <summary>The summary for the CI system could not be written (warning).</summary>
    SummaryNotWritten = 4106,

    /// <summary>A file under <c>packages/</c> is a ytt template, which is not checked (warning).</summary>
    PackageTemplate = 4107,

    /// <summary>A field that a Package or PackageMetadata has not (warning).</summary>
    UnknownPackageField = 4108,

    /// <summary><c>packages/</c> holds no Package and no PackageMetadata (warning).</summary>
    NoPackages = 4109,

    /// <summary>Two items declare one Kubernetes object in ways that cannot be merged.</summary>
    ConflictingObject = 4110,

    /// <summary>A Package renders its bundle's lock as if it were a resource, so that no install of it can succeed (warning).</summary>
    TemplateRendersLock = 4120,

    /// <summary>A Package fetches as a bundle what is a plain image, so that no install of it can succeed (warning).</summary>
    FetchedImageIsNoBundle = 4121,

    /// <summary>
    /// A file of a nested bundle names an image that the bundle's lock has not, so that it stays on its registry (warning).
    /// </summary>
    NestedImageNotLocked = 4122,

    /// <summary>
    /// The mirror's certificate is signed by an authority that the publish trusts and the cluster does not know (warning).
    /// </summary>
    ClusterTrustNotWritten = 4123,

    /// <summary>A PackageRepository of a plain image: nothing that its Packages name is replaced (warning).</summary>
    PlainImageRepository = 4124,

    /// <summary>A tag selection that the tag of the relocated bundle does not meet (warning).</summary>
    TagNotSelected = 4125,

    /// <summary>A version of a package that the mirror had is not in the new bundle; an install pinned to it breaks (warning).</summary>
    VersionDropped = 4126,

    /// <summary>
    /// The same digest at another mirror: a cluster keeps what it has of the first, unless it is made to fetch (warning).
    /// </summary>
    MirrorChanged = 4127,

    /// <summary>
    /// A Secret is handed out to the global packaging namespace alone, and not to those where packages are installed (warning).
    /// </summary>
    ExportMissesInstalls = 4128,

    /// <summary>The mirror needs credentials for every pull, and the manifest names no Secret (warning).</summary>
    AnonymousPullRefused = 4129,

    /// <summary>The ConfigMap in which the objects of earlier applies are recorded is somebody else's, or is damaged.</summary>
    InventoryUnusable = 4130,

    /// <summary>The manifests have nothing in common with what earlier applies of the name made, all of which would be removed.</summary>
    PruneUnsure = 4131,

    /// <summary>An object that the manifests no longer hold was not removed (warning).</summary>
    NotPruned = 4132,

    /// <summary>Nothing was removed, since something else failed (warning).</summary>
    PruneSkipped = 4133,

    /// <summary>
    /// An image that a bundle pins is not replaced by what applies the bundle's files, and goes on being pulled from where they say
    /// (warning).
    /// </summary>
    ImageNotReplaced = 4134,

    /// <summary>A project wants its manifests applied, and the cluster is not named in two places that agree; nothing was done.</summary>
    ApplyRefused = 4140,

    /// <summary>A project wants its manifests applied, and the publish wrote none (warning).</summary>
    NothingToApply = 4141,

    /// <summary>A project wants its manifests applied, and the tool that does it is not installed, or did not say what it did.</summary>
    ApplyToolMissing = 4142,

    /// <summary>Whether a relocation of this user is under way was not seen, since there is no place for locks (warning).</summary>
    RelocationsNotSeen = 4143,

    /// <summary>
    /// Something was tagged while its repository was cleaned up, and leads to what was removed: its relocation has to run once more.
    /// </summary>
    PrunedWhileNeeded = 4144,

    /// <summary>A registry does not delete a tag alone; the tag stays (warning).</summary>
    TagNotRemoved = 4145,

    /// <summary>
    /// A registry deleted a manifest with one of its tags, though it was asked for the tag alone; the manifest was put back.
    /// </summary>
    TagTookManifest = 4146,

    /// <summary>
    /// A tag went while its repository was cleaned up, and the plan does not remove it: somebody moved it to something that was removed, or
    /// deleted it. Where a relocation was under way, run it once more.
    /// </summary>
    TagVanished = 4154,

    /// <summary>No kubeconfig, one that cannot be read, or one without the context that is asked for.</summary>
    ClusterConfig = 4201,

    /// <summary>The Kubernetes API does not answer: no connection, a certificate that is not trusted, or silence.</summary>
    ClusterUnreachable = 4202,

    /// <summary>The Kubernetes API does not know who asks: no credentials, or expired ones.</summary>
    ClusterUnauthorized = 4203,

    /// <summary>The account may not do this in the cluster.</summary>
    ClusterForbidden = 4204,

    /// <summary>The cluster refuses an object: its schema, a policy, a quota or an immutable field.</summary>
    ObjectRefused = 4205,

    /// <summary>Another field manager of the cluster owns a field that the manifest sets to another value.</summary>
    FieldConflict = 4206,

    /// <summary>The cluster does not serve a kind: kapp-controller or secretgen-controller is not installed.</summary>
    KindNotServed = 4207,

    /// <summary>A file that holds no Kubernetes object, or one without kind, name or a namespace that fits.</summary>
    InvalidObject = 4208,

    /// <summary>A Secret with placeholders was not applied, so that the live one keeps its values (warning).</summary>
    PlaceholderNotApplied = 4209,

    /// <summary>A PackageRepository does not reconcile.</summary>
    RepositoryFailed = 4210,

    /// <summary>The limit of a wait was over before the cluster was done.</summary>
    WaitTimedOut = 4211,

    /// <summary>A PackageRepository succeeded from kapp-controller's cache, and its Packages still name the former mirror.</summary>
    CachedMirror = 4212,

    /// <summary>A PackageRepository or PackageInstall is paused: nothing is fetched.</summary>
    Paused = 4213,

    /// <summary>There are no credentials from which a pull secret can be made.</summary>
    SecretNotMade = 4214,

    /// <summary>kapp-controller's own API does not answer, so Packages cannot be read.</summary>
    PackagesNotServed = 4215,

    /// <summary>Packages name images outside the mirror of their PackageRepository.</summary>
    ImagesOutside = 4216,

    /// <summary>A Secret still holds placeholders, or nothing at all, where credentials belong.</summary>
    PlaceholderNotFilled = 4217,

    /// <summary>The version that a PackageInstall asks for is not among the Packages.</summary>
    VersionGone = 4218,

    /// <summary>A <c>syncPeriod</c> that is not a duration: kapp-controller no longer sees any PackageRepository of the cluster.</summary>
    MalformedSyncPeriod = 4219,

    /// <summary>No controller has looked at the newest form of an object yet.</summary>
    NotObserved = 4220,

    /// <summary>A PackageInstall does not reconcile.</summary>
    InstallFailed = 4221,

    /// <summary>An object is being deleted.</summary>
    ObjectDeleting = 4222,

    /// <summary>The Kubernetes API answered with a fault of its own.</summary>
    ClusterFault = 4223,

    /// <summary>A PackageRepository succeeded, and no Package of it is listed (warning).</summary>
    NoPackagesListed = 4224,

    /// <summary>Something that was asked for could not be looked at (warning).</summary>
    NotExamined = 4225,

    /// <summary>
    /// Flux or Argo CD does not take content of this form: the number of its layers, or their media type (warning). Publish the files as an
    /// artifact of one layer.
    /// </summary>
    ContentNotTaken = 4230,

    /// <summary>An image or file that has to be signed is not: no signature lies where those of its form do.</summary>
    SignatureMissing = 5001,

    /// <summary>
    /// There are signatures, and none counts: another key or identity, another image, not signed at all, or nothing tells when.
    /// </summary>
    SignatureRejected = 5002,

    /// <summary>A signature, attestation or bundle that is not what its form demands.</summary>
    MalformedSignature = 5003,

    /// <summary>A public key, certificate or trust store that cannot be read or is of a kind that is not supported.</summary>
    InvalidTrustKey = 5004,

    /// <summary>A trusted root that cannot be read.</summary>
    InvalidTrustedRoot = 5005,

    /// <summary>A policy that cannot be read, or holds what is not known.</summary>
    InvalidTrustPolicy = 5006,

    /// <summary>A policy asks for something that is not supported, such as GPG signatures.</summary>
    UnsupportedTrustPolicy = 5007,

    /// <summary>No rule says who has to have signed an image, so that it is refused.</summary>
    NoTrustRule = 5008,

    /// <summary>A policy rejects an image, signed or not.</summary>
    RejectedByPolicy = 5009,

    /// <summary>What is said of trust cannot be: an identity without its issuer or trusted root, an identity that is everybody's.</summary>
    InvalidTrustRule = 5010,
}
