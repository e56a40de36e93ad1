namespace Airgap.Oci;

/// <summary>
/// The codes of all failures and warnings, each with cause and cure. They are the same in the tool, in MSBuild and in
/// JSON: <c>AIRGAP</c> followed by the four digits. 1xxx concerns a registry, 2xxx the input, 3xxx the local machine,
/// 4xxx Kubernetes manifests and the cluster, 5xxx signatures and trust. A code never changes its meaning.
/// </summary>
public enum ErrorCode
{
    /// <summary>
    /// No connection to the registry: unknown host, refused, or dropped. Check the host and port, the proxy, and
    /// whether the registry runs.
    /// </summary>
    RegistryUnreachable = 1001,

    /// <summary>The registry's certificate is not trusted. Name the authority that signed it as a PEM file.</summary>
    RegistryCertificate = 1002,

    /// <summary>
    /// The registry requires credentials, or refused the ones it received (401). Log in again, or set the
    /// IMGPKG_REGISTRY variables of the host.
    /// </summary>
    Unauthorized = 1003,

    /// <summary>
    /// The credentials do not permit the operation (403). Obtain the right to the repository, or use other credentials.
    /// </summary>
    Forbidden = 1004,

    /// <summary>
    /// The repository has no manifest under that tag or digest. Check the name, and the tag or digest.
    /// </summary>
    ManifestUnknown = 1005,

    /// <summary>The repository has no blob with that digest. Push or relocate the image again.</summary>
    BlobUnknown = 1006,

    /// <summary>
    /// The registry has no such repository. Check its name; some registries require creating it first.
    /// </summary>
    RepositoryUnknown = 1007,

    /// <summary>
    /// The registry limits requests, and still refused after the last retry (429). Try again later, log in for a higher
    /// limit, lower the concurrency, or allow a longer wait.
    /// </summary>
    TooManyRequests = 1008,

    /// <summary>
    /// The registry refused the request for another reason (another 4xx). See the response in the message.
    /// </summary>
    RegistryRefused = 1009,

    /// <summary>
    /// The registry still failed after the last retry (5xx). Try again; if it persists, see the registry's log.
    /// </summary>
    RegistryFailed = 1010,

    /// <summary>
    /// Bytes from a registry do not have the expected digest. Try again; if it persists, the registry's storage or a
    /// proxy is damaged.
    /// </summary>
    DigestMismatch = 1011,

    /// <summary>A blob is longer or shorter than its descriptor states. Push or relocate the image again.</summary>
    SizeMismatch = 1012,

    /// <summary>
    /// A manifest is larger than 4 MiB, or another response is larger than its limit. Check which server answers at
    /// this address.
    /// </summary>
    ResponseTooLarge = 1013,

    /// <summary>
    /// The registry's response does not follow the distribution specification. Report it to the registry's operator.
    /// </summary>
    RegistryProtocol = 1014,

    /// <summary>The token server issued no token. See its response, and check the registry's token service.</summary>
    TokenRequestFailed = 1015,

    /// <summary>The registry did not answer in time. Try again, or allow more time.</summary>
    RegistryTimeout = 1016,

    /// <summary>
    /// The registry does not allow the tag to be moved. Use a new tag, or configure the registry to allow it.
    /// </summary>
    TagImmutable = 1017,

    /// <summary>
    /// After the upload, the destination has other content under the tag. Push again, after checking whether another
    /// run pushes the same tag.
    /// </summary>
    DestinationMismatch = 1018,

    /// <summary>
    /// The registry names a token server to which credentials must not be sent. Check the registry's token service
    /// configuration (its realm).
    /// </summary>
    TokenRealmRefused = 1019,

    /// <summary>
    /// The image is in the registry v1 (schema 1) format, which has no content digests to relocate by. Push it again
    /// with a current tool.
    /// </summary>
    UnsupportedManifest = 1020,

    /// <summary>
    /// The registry redirects to an address that is not followed. Check the registry's external URL and its storage
    /// redirects.
    /// </summary>
    RedirectRefused = 1021,

    /// <summary>
    /// The registry repeatedly forgot an upload before it was finished. Run the command again; if it persists, check
    /// whether several registries behind one name share their uploads.
    /// </summary>
    UploadForgotten = 1022,

    /// <summary>The registry's storage quota is used up. Free space, or have the quota raised.</summary>
    QuotaExceeded = 1023,

    /// <summary>The repository or registry is read-only. Use one that accepts pushes.</summary>
    ReadOnlyRepository = 1024,

    /// <summary>
    /// The registry does not keep a manifest under the digest that pins it, because it is not a sha256 digest. Use
    /// another registry, or push the image again and pin its sha256 digest.
    /// </summary>
    DigestAlgorithmRefused = 1025,

    /// <summary>
    /// The destination lost or damaged content that it reports as present, and the damage remained after the content
    /// was sent again. Have the registry's storage repaired.
    /// </summary>
    DestinationDamaged = 1035,

    /// <summary>
    /// A registry did not create a repository or project that a push needs. Correct its name or settings, or create it
    /// before the push.
    /// </summary>
    RepositoryNotCreated = 1040,

    /// <summary>
    /// The credentials may not create a repository or project. Allow what the message names, or create it before the
    /// push.
    /// </summary>
    CreationForbidden = 1041,

    /// <summary>
    /// A repository does not exist, and repositories of this kind of registry cannot be created on request. Create it in
    /// the registry.
    /// </summary>
    CreationUnsupported = 1042,

    /// <summary>
    /// The file with the settings of new repositories is not valid. Correct the setting in the message.
    /// </summary>
    InvalidRepositorySettings = 1043,

    /// <summary>
    /// A repository was created, but the registry refused one of its policies. Correct the policy or the permissions, and
    /// set it on the repository.
    /// </summary>
    RepositorySettingsNotApplied = 1044,

    /// <summary>
    /// There are no credentials that may create a repository or project. Provide the kind of credentials in the message.
    /// </summary>
    NoCreationCredentials = 1045,

    /// <summary>
    /// The certificates of a single host (<c>certs.d/HOST</c>) cannot be used: a key without its certificate, a certificate without its
    /// key, an encrypted key without its password, or a file that is not PEM. Complete or correct the named files.
    /// </summary>
    InvalidHostCertificates = 1050,

    /// <summary>
    /// The registry asks for a client certificate, or refuses ours. Put a certificate that it accepts, and its key, into its
    /// <c>certs.d</c> folder as client.cert and client.key.
    /// </summary>
    ClientCertificateRefused = 1051,

    /// <summary>
    /// A registry's quota has fewer pulls left than the plan needs (warning). Log in for a larger quota, use a mirror, or wait.
    /// </summary>
    PullQuotaTooSmall = 1052,

    /// <summary>A registries.conf cannot be read, or has settings that podman refuses, too. Correct the file.</summary>
    InvalidRegistriesConf = 1053,

    /// <summary>registries.conf blocks the source. Use another source, or remove the block.</summary>
    RegistryBlocked = 1054,

    /// <summary>
    /// A mirror of registries.conf fails, so that the next one or the registry itself is read (warning, once for each mirror). Repair the
    /// mirror, or remove it.
    /// </summary>
    MirrorFailed = 1055,

    /// <summary>
    /// An archive has changed while it was served, so its content is refused with status 410 (warning, once for each archive). Start the
    /// registry again; replace an archive only by renaming another one over it.
    /// </summary>
    ServedArchiveChanged = 1056,

    /// <summary>
    /// A setting about registries had no effect in this run: the rate of a host that was not asked, a registries.conf where no source was
    /// read, or any other where no registry was contacted (warning). Correct the host, or omit the setting.
    /// </summary>
    RegistrySettingIdle = 1061,

    /// <summary>
    /// The text is not an image reference. Write HOST[:PORT]/PATH:TAG or HOST[:PORT]/PATH@sha256:DIGEST.
    /// </summary>
    InvalidReference = 2001,

    /// <summary>The text is not a digest. Write sha256: and 64 lower-case hex digits, or sha512: and 128.</summary>
    InvalidDigest = 2002,

    /// <summary>The text is not a repository. Write HOST[:PORT]/PATH, without a tag or digest.</summary>
    InvalidRepository = 2003,

    /// <summary>
    /// A bundle was expected, but the reference is a plain image or an index. Declare or name it as an image.
    /// </summary>
    NotABundle = 2004,

    /// <summary>A plain image was expected, but the reference is a bundle. Declare or name it as a bundle.</summary>
    UnexpectedBundle = 2005,

    /// <summary>
    /// A lock file is malformed YAML, of the wrong kind, or has an invalid field. Correct the line in the message, or
    /// write the lock file again.
    /// </summary>
    InvalidLock = 2006,

    /// <summary>A lock file names an image without a digest. Write the lock file again with digests.</summary>
    LockWithoutDigest = 2007,

    /// <summary>An ImagesLock that is relocated on its own contains a bundle. Relocate the bundle itself.</summary>
    LockContainsBundle = 2008,

    /// <summary>No source, or more than one, is given. Give exactly one.</summary>
    SourceSelection = 2009,

    /// <summary>No destination, or more than one, is given. Give exactly one.</summary>
    DestinationSelection = 2010,

    /// <summary>Options exclude each other. Omit one of them.</summary>
    IncompatibleOptions = 2011,

    /// <summary>The file is not an imgpkg archive, or is truncated or damaged. Write or carry it again.</summary>
    InvalidArchive = 2012,

    /// <summary>A layer is not in the archive. Write the archive again.</summary>
    ArchiveLayerMissing = 2013,

    /// <summary>
    /// Bytes in the archive do not have the digest under which it lists them. Write or carry the archive again.
    /// </summary>
    ArchiveDigestMismatch = 2014,

    /// <summary>
    /// The archive does not state which bundle is its root. Name one of its items, or write the archive again.
    /// </summary>
    ArchiveRootUnknown = 2015,

    /// <summary>
    /// A bundle has no readable content: several layers, another layer type, or no images.yml. Push the bundle again
    /// with a current tool.
    /// </summary>
    InvalidBundle = 2016,

    /// <summary>
    /// An image of a bundle is neither in the bundle's repository nor at its recorded origin. Push or relocate the
    /// image again.
    /// </summary>
    ImageNotFound = 2017,

    /// <summary>A certificate file contains no certificate. Give a PEM file.</summary>
    InvalidCertificate = 2018,

    /// <summary>
    /// An <c>IMGPKG_</c> variable has an unknown name or an invalid value, or a proxy variable does not name a proxy.
    /// Correct or unset the variable.
    /// </summary>
    InvalidEnvironment = 2019,

    /// <summary>A keychain name is unknown. Use aks, ecr, gke or github.</summary>
    UnknownKeychain = 2020,

    /// <summary>A manifest or config does not match its media type. Push the image again with a current tool.</summary>
    InvalidManifest = 2021,

    /// <summary>
    /// An item, property or argument has an invalid value. The message states which values are valid.
    /// </summary>
    InvalidArgument = 2022,

    /// <summary>Two items have the same destination. Give one of them another destination.</summary>
    ConflictingDestination = 2023,

    /// <summary>
    /// An archive contains content other than the declared item. Name the right archive, or write it again.
    /// </summary>
    ArchiveMismatch = 2024,

    /// <summary>
    /// A layer cannot be unpacked: it is not a readable tar, a path leads out of the folder, or it has far more content
    /// than an honest layer. Check the image, and push it again. If this system cannot hold the names of the layer's
    /// files, as Windows with <c>Case</c> and <c>case</c>, pull it on Linux.
    /// </summary>
    InvalidLayer = 2025,

    /// <summary>
    /// Images failed in a run that kept going: the others arrived, but no output that claims completeness was written.
    /// Fix the reported errors and run it again.
    /// </summary>
    IncompleteRelocation = 2026,

    /// <summary>
    /// A project's <c>airgap.lock.json</c> is malformed, or contains content that no run writes. Restore the file, or
    /// update the lock.
    /// </summary>
    InvalidProjectLock = 2033,

    /// <summary>In locked mode, the lock file pins no digest for an item. Update the lock.</summary>
    NotLocked = 2034,

    /// <summary>In locked mode, the lock file pins something that no item declares. Update the lock.</summary>
    StaleLock = 2035,

    /// <summary>
    /// In locked mode, a tag points to another digest than the lock file pins. Update the lock if the change is
    /// intended.
    /// </summary>
    TagMoved = 2036,

    /// <summary>
    /// A project file cannot be edited: it is not XML, has an unknown encoding, or uses no SDK. Add the items by hand.
    /// </summary>
    UneditableProject = 2040,

    /// <summary>
    /// A project already declares the repository, with another tag or as another kind of item. Change that item, or
    /// remove it first.
    /// </summary>
    AlreadyDeclared = 2041,

    /// <summary>An image that a bundle is to pin does not exist. Check its reference.</summary>
    ImageToPinNotFound = 2045,

    /// <summary>
    /// An image that a bundle is to pin does not support the requested platform. Choose another platform or image.
    /// </summary>
    NoMatchingPlatform = 2046,

    /// <summary>The content of a bundle has a second <c>.imgpkg</c> directory. Remove or exclude one of them.</summary>
    SecondBundleFolder = 2047,

    /// <summary>
    /// A content file is outside the project, or its path is outside the bundle. Correct the item's path or its target
    /// path.
    /// </summary>
    ContentOutside = 2048,

    /// <summary>A text under <c>packages/</c> can stand for several images. Write the full reference.</summary>
    ConflictingImages = 2049,

    /// <summary>
    /// A project that is referenced as an image does not reference this package, which has the required target. Add the
    /// package reference to it.
    /// </summary>
    ImageProjectWithoutTarget = 2055,

    /// <summary>
    /// A project that is referenced as an image publishes no image that a bundle can pin. Correct its container
    /// settings.
    /// </summary>
    ImageProjectWithoutImage = 2056,

    /// <summary>
    /// An archive does not contain the container image that was published to it. Publish the container again.
    /// </summary>
    InvalidImageArchive = 2057,

    /// <summary>
    /// The image of a project must be published first, but was not. Publish the project with its container.
    /// </summary>
    ImageNotBuilt = 2058,

    /// <summary>
    /// An archive is not in imgpkg's format: it is skopeo's or docker's, or compressed. Decompress it, or read an OCI
    /// layout with the option for layouts.
    /// </summary>
    ForeignArchive = 2065,

    /// <summary>
    /// An archive has an <c>airgap.json</c> of a newer version than this one reads. Update this program.
    /// </summary>
    NewerArchive = 2066,

    /// <summary>
    /// An archive's lock was read from the file that an earlier version wrote next to it (warning). Carry that file
    /// with the archive, or write the archive again.
    /// </summary>
    LockBesideArchive = 2067,

    /// <summary>
    /// The lock next to an archive is ignored: it is older, unreadable, or of other images (warning). Delete it, or
    /// write the archive again.
    /// </summary>
    LockBesideArchiveIgnored = 2068,

    /// <summary>
    /// The manifests of the requested images exceed the memory limit, and no temporary file can be written. Free space
    /// in the temporary folder, or name another with TMPDIR (TMP on Windows).
    /// </summary>
    TooManyManifests = 2069,

    /// <summary>
    /// Standard output was closed, or its disk is full, so the requested output is lost. The relocated content has
    /// arrived; write the output to another disk or to a pipe with a reader.
    /// </summary>
    OutputNotWritten = 2075,

    /// <summary>
    /// A certificate or key cannot be used to serve https. Give a PEM certificate and its private key.
    /// </summary>
    InvalidServerCertificate = 2080,

    /// <summary>
    /// A password file is malformed, or contains hashes other than bcrypt's. Write it with <c>htpasswd -B</c>.
    /// </summary>
    InvalidPasswordFile = 2081,

    /// <summary>
    /// Two archives are served under one name, or are from one repository that the registry mirrors, and have a tag with different
    /// content (warning). Serve one of them under another repository, or by another registry.
    /// </summary>
    ServedTagMoved = 2082,

    /// <summary>
    /// A repair was requested, but an item's destination is an archive, and only repositories are repaired (warning).
    /// Write the archive again instead.
    /// </summary>
    NothingToRepair = 2085,

    /// <summary>
    /// An OCI image layout, in a folder or a tar, is malformed: no index.json or an invalid one, wrong sizes, links, or
    /// paths that lead out of it. Write or carry it again.
    /// </summary>
    InvalidLayout = 2090,

    /// <summary>
    /// An OCI image layout lacks a manifest, config or layer that its content references. Write or carry it again.
    /// </summary>
    LayoutBlobMissing = 2091,

    /// <summary>
    /// An OCI image layout was to be written to a folder with other files. Name an empty folder, or a layout.
    /// </summary>
    LayoutFolderUnsuited = 2092,

    /// <summary>
    /// A layout has several images under one tag, but a repository can have only one of them. Name one of them.
    /// </summary>
    LayoutTagConflict = 2093,

    /// <summary>
    /// Bundles are declared without a destination, so nothing was relocated (warning). Set the registry or the archive.
    /// </summary>
    NoDestination = 2101,

    /// <summary>
    /// Non-distributable layers were left out (warning). Request them, if your licence permits redistribution.
    /// </summary>
    LayersSkipped = 2102,

    /// <summary>Non-distributable layers were requested, but there are none (warning). Omit the option.</summary>
    NoLayersToInclude = 2103,

    /// <summary>A property or metadata has an unknown name (warning). Correct the name.</summary>
    UnknownName = 2104,

    /// <summary>
    /// The artifacts' folder has a kustomization that no publish wrote, so it was kept (warning). Move or delete it, if
    /// the publish should write one.
    /// </summary>
    ForeignKustomization = 2105,

    /// <summary>
    /// A project names a destination but declares nothing to relocate (warning). Declare a bundle, image or lock, or
    /// remove the destination.
    /// </summary>
    NothingDeclared = 2106,

    /// <summary>
    /// A file that a publish wrote has been changed since, so it was kept (warning). Delete it, if it is not needed.
    /// </summary>
    ArtifactChanged = 2107,

    /// <summary>
    /// A Secret that a publish wrote has been changed since, so it was kept, but it lacks a registry that it now needs
    /// (warning). Add the registry to it.
    /// </summary>
    SecretNotUpdated = 2108,

    /// <summary>
    /// A delta archive requires layers that were not found. Import its base first, or name a repository of the same
    /// registry that has them.
    /// </summary>
    DeltaLayersMissing = 2110,

    /// <summary>
    /// A base of a delta is not an archive, lock, relocation.json, receipt or repository, or cannot be read. Name one
    /// of these.
    /// </summary>
    InvalidBase = 2111,

    /// <summary>
    /// An output would replace one of its inputs or another output: for example an archive's base, an archive to join, or the
    /// plan that is carried out. Name another file.
    /// </summary>
    BaseIsOutput = 2112,

    /// <summary>
    /// Archives to join do not form a chain: one is missing, unrelated, given twice, or in the wrong order. Give all
    /// archives of one chain.
    /// </summary>
    BrokenChain = 2113,

    /// <summary>
    /// A receipt is malformed, was changed, or names content that cannot be found. Write it again with the next import.
    /// </summary>
    InvalidReceipt = 2114,

    /// <summary>A receipt would replace a file that is not a receipt. Name another file.</summary>
    ReceiptNotOurs = 2115,

    /// <summary>
    /// An archive is a delta: it is valid, but incomplete without its base (warning). Carry or import its base, too.
    /// </summary>
    ArchiveIsDelta = 2116,

    /// <summary>
    /// A repository template is invalid: an unknown placeholder, an unmatched brace, no host, or too long. The message
    /// gives the position.
    /// </summary>
    InvalidRepositoryTemplate = 2117,

    /// <summary>
    /// A template makes an invalid repository name of an image, or uses a part that the image does not have. Change the
    /// template.
    /// </summary>
    TemplateNameInvalid = 2118,

    /// <summary>
    /// A template maps two images with the same tag and different content to one repository. Include the source in the
    /// template, for example with {source.repository}.
    /// </summary>
    TemplateCollision = 2119,

    /// <summary>
    /// A template cannot be used here: together with a fixed repository, for an archive, or for a project's list of
    /// images. Omit it.
    /// </summary>
    TemplateNotApplicable = 2120,

    /// <summary>
    /// A mirror configuration cannot lead to the images: containerd keeps an image's path, so the mirror must have the
    /// same paths. Relocate with a template that keeps them, or request another format.
    /// </summary>
    MirrorPathsDiffer = 2121,

    /// <summary>
    /// A mirror configuration was requested from a file that does not name images with sources and destinations. Name a
    /// relocation.json.
    /// </summary>
    NothingMirrored = 2122,

    /// <summary>
    /// A property that saves requests saves none here (warning): the run is a repair, which reads everything; or the destination of bulk
    /// checks, or the source of an earlier plan, is an archive and not a registry. Omit it there.
    /// </summary>
    NothingSaved = 2123,

    /// <summary>
    /// A property of the command line has no effect in this publish, such as that of an archive where none is written, or an item's Update
    /// or Remove in the project matches no item (warning). Omit it, or correct its name.
    /// </summary>
    PropertyIdle = 2124,

    /// <summary>
    /// A flag that takes one value is given several different ones. Of a flag of imgpkg, the last one counts, as in imgpkg (warning); any
    /// other is refused. Give it once.
    /// </summary>
    RepeatedFlag = 2125,

    /// <summary>
    /// A flag had no effect beside the others of the command line (warning), such as a property where no project is read. Omit it, or
    /// correct the command line.
    /// </summary>
    FlagIdle = 2126,

    /// <summary>
    /// The list of an archive's parts is malformed or was changed: invalid names, repeated numbers, or sizes that do
    /// not add up. Carry the list again, or split the archive again.
    /// </summary>
    InvalidPartList = 2130,

    /// <summary>
    /// Parts of an archive exist without their list, which is written last: writing did not finish, or the list was
    /// left behind. Carry the list, or split the archive again.
    /// </summary>
    PartListMissing = 2131,

    /// <summary>Parts of an archive are missing. Carry them, or name their folders.</summary>
    PartMissing = 2132,

    /// <summary>
    /// A file is not the part that its name states: it belongs to another set, was swapped with another part, is
    /// truncated, or is damaged. Carry or write it again.
    /// </summary>
    PartUnfit = 2133,

    /// <summary>The requested size would make too many parts. Give a larger size.</summary>
    VolumeTooSmall = 2134,

    /// <summary>
    /// A file that is not a listed part of this archive exists where its parts are written, or would be read as one.
    /// Move or delete it.
    /// </summary>
    PartInTheWay = 2135,

    /// <summary>A split archive has changed since, or while it was read. Split it again.</summary>
    ArchiveChanged = 2136,

    /// <summary>A part has a digest other than the listed one. Carry or write it again.</summary>
    PartDamaged = 2137,

    /// <summary>
    /// A bundle was packed into an archive without the images that it pins, which are in a registry (warning). Copy the
    /// bundle to an archive to include them.
    /// </summary>
    PinnedImagesNotPacked = 2138,

    /// <summary>A name in a map matches no item of the archive, or several. Give the full name of one item.</summary>
    ArchiveItemUnknown = 2139,

    /// <summary>
    /// A prune cannot determine what to keep: a manifest that a lock, report or project keeps is missing from the
    /// repository or cannot be read. Relocate it there again, or do not keep it.
    /// </summary>
    KeptNotWhole = 2150,

    /// <summary>
    /// The sources to compare with or to keep name nothing for this repository. Name the destination repository of the
    /// relocation.
    /// </summary>
    NothingKept = 2151,

    /// <summary>
    /// The registry does not list the tags of a repository, so superfluous content cannot be determined. Use
    /// credentials that may list tags, or do not ask for superfluous content.
    /// </summary>
    TagsNotListed = 2152,

    /// <summary>
    /// The registry does not delete manifests. Have its retention rules, or its operator, remove unneeded content.
    /// </summary>
    DeletionUnsupported = 2153,

    /// <summary>
    /// A prune plan is malformed, of another version, or for another repository. Make it again with <c>prune
    /// --plan</c>.
    /// </summary>
    InvalidPrunePlan = 2154,

    /// <summary>
    /// An entry of a prune plan was skipped, because the repository has changed since the plan was made (warning). Make
    /// a new plan.
    /// </summary>
    PruneItemKept = 2155,

    /// <summary>A part of a comparison could not be made (warning). Fix the reported cause and compare again.</summary>
    NotCompared = 2156,

    /// <summary>Another process serves the registry's folder, or collects its garbage. Stop it first.</summary>
    RegistryFolderInUse = 2157,

    /// <summary>
    /// A repository in a registry's folder has a manifest that cannot be read, so none of its garbage is collected
    /// (warning). Push the manifest again, or remove it.
    /// </summary>
    RepositoryNotSwept = 2158,

    /// <summary>
    /// A registry accepted a deletion, or reported the manifest as missing, but still returns it. Have the registry's
    /// operator check its caches and storage.
    /// </summary>
    StillThere = 2159,

    /// <summary>
    /// A report or receipt of a relocation cannot be read, or is of another version. Write it again with this version.
    /// </summary>
    InvalidRelocationReport = 2160,

    /// <summary>A list of registries names one twice, or excludes another property. Remove one of them.</summary>
    ConflictingRegistries = 2161,

    /// <summary>
    /// A repository has more manifests or tags than can be examined. Divide it into several repositories.
    /// </summary>
    RepositoryTooLarge = 2162,

    /// <summary>
    /// The grace period of a prune plan is not over: the registry does not report the age of its manifests, so it
    /// counts from the plan. Carry out the plan later.
    /// </summary>
    GraceNotOver = 2163,

    /// <summary>
    /// Signatures, attestations, SBOMs or other artifacts are attached to the images but were not requested, so they
    /// were not copied (warning). Request all artifacts.
    /// </summary>
    ArtifactsLeftBehind = 2170,

    /// <summary>
    /// Artifacts attached to the images could not be read at the source, because access is denied or the registry lists
    /// only some of them, so they were not copied (warning). Use credentials that may read them.
    /// </summary>
    ArtifactsUnread = 2171,

    /// <summary>
    /// A bundle whose packages are requested contains none: it is not a package repository. Name a package repository.
    /// </summary>
    NoPackagesInBundle = 2172,

    /// <summary>
    /// A selection of packages or platforms is invalid. Write NAME@RANGE, NAME@latest:N, or OS/ARCHITECTURE.
    /// </summary>
    InvalidSelection = 2173,

    /// <summary>
    /// A selection matches no package of a package repository: the name or range is wrong, or only pre-releases match.
    /// Correct it, or include pre-releases.
    /// </summary>
    PackageNotFound = 2174,

    /// <summary>An image lacks a selected platform. Select a platform that it has, or skip missing platforms.</summary>
    PlatformMissing = 2175,

    /// <summary>
    /// An image has none of the selected platforms and is copied whole, because missing platforms are to be skipped, or an index does not
    /// name the platform of an image (warning). Select a platform that it has, or leave out the packages that need it.
    /// </summary>
    PlatformKept = 2176,

    /// <summary>
    /// Images that no selected package names stay in a derived bundle, because nothing proves that they are not needed
    /// (warning). Request their removal, if you know that they are not.
    /// </summary>
    UnreferencedKept = 2177,

    /// <summary>
    /// An archive contains a bundle that was derived with another selection than the requested one. Use the same
    /// selection, or write the archive again.
    /// </summary>
    SelectionMismatch = 2178,

    /// <summary>
    /// Several bundles or images are to share an archive in imgpkg's format, which contains only one. Write an OCI
    /// layout, or one archive for each.
    /// </summary>
    OneRootPerArchive = 2180,

    /// <summary>
    /// An ImagesLock is to share an archive, but its order and annotations need a separate archive. Give it its own
    /// archive.
    /// </summary>
    LockSharesNoArchive = 2181,

    /// <summary>
    /// An archive that several projects may share could not be read and was rewritten without the other projects'
    /// content (warning). Publish the other projects again.
    /// </summary>
    SharedArchiveRenewed = 2182,

    /// <summary>
    /// Two images that are to share an archive have one name and different digests: a tag moved in between, or a bundle
    /// has two selections. Publish again, or give each its own archive.
    /// </summary>
    SharedNameConflict = 2183,

    /// <summary>
    /// Archives that are read together do not form one chain of deltas. Name a full archive and the deltas that build
    /// on it, and nothing else.
    /// </summary>
    NotOneChain = 2184,

    /// <summary>
    /// An OCI layout lists an entry that is neither an image nor an index, so it was skipped (warning). If it is
    /// needed, copy it with another tool.
    /// </summary>
    LayoutEntryLeft = 2188,

    /// <summary>
    /// An OCI layout contains a bundle without images that it pins, so it is copied as a plain image, and its images
    /// are looked up at their origin (warning). Write the layout with the bundle's images.
    /// </summary>
    LayoutBundleAlone = 2189,

    /// <summary>
    /// A derived bundle differs from the one that the project's lock pins: another release of this program derives it
    /// differently, or the lock was changed (a warning outside locked mode). Update the lock, or use the release that
    /// wrote it.
    /// </summary>
    DerivedMoved = 2190,

    /// <summary>
    /// A relocation.json is the report of a publish with failures, so it does not list all that the project keeps in a repository. Publish
    /// again until every item is complete, or name the project itself.
    /// </summary>
    IncompleteRelocationReport = 2191,

    /// <summary>
    /// A receipt is that of a publish with failures, so it does not list all that the project keeps in a repository. Publish again until
    /// every item is complete, or name the project itself.
    /// </summary>
    IncompleteReceipt = 2192,

    /// <summary>
    /// After failures, a mirror configuration lacks what the failed items have at the mirror, so an earlier file is kept, or the new one is
    /// incomplete (warning). Publish again until every item is complete before you give it to container engines.
    /// </summary>
    IncompleteMirrors = 2193,

    /// <summary>A warning of the plans counts as an error, so nothing was relocated. Correct what it tells, or do not raise it.</summary>
    WarningFails = 2194,

    /// <summary>
    /// The project's own bundle is pushed and nothing is relocated, so that a gate, required signatures, the signing of images or a log of
    /// relocations have no effect (warning). Name a destination too, or omit them for this publish.
    /// </summary>
    PushNotCovered = 2195,

    /// <summary>
    /// A registry does not accept an index without all of its images (a sparse index), like docker-registry 2.8 and
    /// registries with such settings. Nothing was tagged. Use Rewrite, the default, so that indexes list only the
    /// copied images.
    /// </summary>
    SparseIndexRefused = 2196,

    /// <summary>
    /// An archive contains indexes without all of their images, as requested (warning): imgpkg copies only complete
    /// indexes. Import it into a registry that accepts such indexes, or use Rewrite.
    /// </summary>
    SparseArchive = 2197,

    /// <summary>
    /// The source is a mirror without some images of its indexes, which an earlier relocation left out by selection, so
    /// they cannot be copied from there (warning). Relocate from a source with complete indexes, if they are needed.
    /// </summary>
    SparseSource = 2198,

    /// <summary>
    /// A private key cannot be read, or is of a kind that cannot sign this: a program that signs a digest cannot sign
    /// by Ed25519. Use an ECDSA or RSA key with it.
    /// </summary>
    InvalidSigningKey = 2200,

    /// <summary>
    /// A private key is encrypted, and the password is missing or wrong. Give the password in a file or variable.
    /// </summary>
    SigningPassword = 2201,

    /// <summary>
    /// A signing program failed, took too long, or returned a signature that the public key does not verify. Run it by
    /// hand, and check that the key belongs to it.
    /// </summary>
    SigningFailed = 2202,

    /// <summary>
    /// An archive, a part or a base must be signed, but its signature file is missing or has no valid signature by the
    /// key. Obtain the signature file, or check the key.
    /// </summary>
    ArchiveSignature = 2203,

    /// <summary>A file that is not a signature exists where a signature is to be written. Move or delete it.</summary>
    SignatureNotOurs = 2204,

    /// <summary>
    /// An audit log is broken at a line: changed, removed or incomplete. Compare it with a copy, and begin a new log.
    /// </summary>
    BrokenAuditLog = 2205,

    /// <summary>Another process has locked an audit log for too long. Wait for that process, or end it.</summary>
    AuditLogInUse = 2206,

    /// <summary>The gate refused the relocation. See its output.</summary>
    GateRefused = 2207,

    /// <summary>The gate command could not be run to its end. Run it by hand, or allow more time.</summary>
    GateFailed = 2208,

    /// <summary>
    /// A provenance is requested, but there is no key to sign it or no registry to attach it in. Give a key and a
    /// registry, or do not request it.
    /// </summary>
    ProvenanceNotPossible = 2209,

    /// <summary>
    /// The signature of the content cannot be stored anywhere: the content is a folder, or images outside a registry.
    /// Write a file, or sign the images in a registry.
    /// </summary>
    NothingToSign = 2210,

    /// <summary>
    /// An output was written by the publish of another project, and this publish has replaced it. Give each project a file of its own, or
    /// the projects one archive of <c>AirgapArchiveFormat=oci</c>.
    /// </summary>
    OutputReplaced = 2211,

    /// <summary>
    /// An archive is written without its source's record of derived manifests, because the source's signature was not verified. Behind the
    /// air gap, trust rules will refuse these manifests. If such rules are used there, require the signature of the source archive.
    /// </summary>
    DerivedNotRecorded = 2212,

    /// <summary>
    /// The list of the files that a publish wrote cannot be written (warning): neither <c>dotnet clean</c> nor a later publish will remove
    /// those files. Make the project's intermediate folder writable, or remove the files by hand when they are obsolete.
    /// </summary>
    ArtifactsNotListed = 2213,

    /// <summary>
    /// An image is accepted although its signature fails a check, because the trust policy only reports that check. Enforce it in the
    /// policy (level strict), or do not take the image for verified.
    /// </summary>
    CheckNotEnforced = 2226,

    /// <summary>
    /// A plan that shards are to carry out cannot be read: of another version, changed, cut, or contradicting itself. Make it again.
    /// </summary>
    InvalidRunPlan = 2240,

    /// <summary>
    /// A shard is invalid: its number is above the count, its count differs from the plan's, or the environment names no shard. Give its
    /// number and the count, such as 3/8.
    /// </summary>
    InvalidShard = 2241,

    /// <summary>
    /// A relocation cannot be finished, because content of its shards is not at the destination. Run the named shards again, then
    /// finish.
    /// </summary>
    ShardsMissing = 2242,

    /// <summary>
    /// The request cannot be divided among machines: an archive as the source, a delta, several destinations. Copy it in one process.
    /// </summary>
    PlanNotShared = 2243,

    /// <summary>
    /// The properties fit no stage of a plan: the plan's file is missing, no stage is chosen, or a property cannot be used in stages.
    /// Plan, send and finish with the same <c>AirgapPlan</c>.
    /// </summary>
    PlanStageUnclear = 2244,

    /// <summary>
    /// A plan does not match the current project: it has other items, other destinations, other settings, its lock pins other
    /// digests, or its signatures were not verified, or no gate approved it, although the project requires that. Give all stages the same
    /// project and properties, or make the plan again.
    /// </summary>
    PlanOfOtherProject = 2245,

    /// <summary>
    /// The plan of a dry run would replace a plan that shards and a finish still need. Name another file.
    /// </summary>
    RunPlanInTheWay = 2246,

    /// <summary>
    /// The environment numbers this job among several, but nothing says which part of the plan is this job's, so that each of them carries
    /// out all of it (warning). Give each its shard, such as <c>auto</c> or <c>auto/8</c>.
    /// </summary>
    ShardNotAsked = 2247,

    /// <summary>
    /// A dry run writes none of the files that were asked for with it, except its plan, and does not ask the gate (warning). Omit them, or
    /// run without the dry run.
    /// </summary>
    NotInDryRun = 2248,

    /// <summary>
    /// A file is none of the documents that state what a repository should contain. Name a lock, a receipt, a <c>relocation.json</c> or a
    /// project.
    /// </summary>
    InvalidKeptFile = 2249,

    /// <summary>A file to read does not exist. Check the path.</summary>
    FileNotFound = 3001,

    /// <summary>The file system denied access. Check the permissions.</summary>
    AccessDenied = 3002,

    /// <summary>No space is left on the disk. Free space, or write to another disk.</summary>
    DiskFull = 3003,

    /// <summary>Reading or writing a file failed. Check the path and the disk.</summary>
    FileFailure = 3004,

    /// <summary>
    /// A docker credential helper failed, did not finish, or does not exist. Run it by hand, or log in to the registry
    /// again.
    /// </summary>
    CredentialHelper = 3005,

    /// <summary>A docker config cannot be read. Correct the file, or set DOCKER_CONFIG to another folder.</summary>
    InvalidDockerConfig = 3006,

    /// <summary>
    /// No .NET SDK was found to evaluate the project. Install the .NET SDK 10.0.100 or newer and put it on the PATH.
    /// </summary>
    SdkNotFound = 3007,

    /// <summary>The project cannot be evaluated. Fix the project: <c>dotnet build</c> shows the same problem.</summary>
    ProjectEvaluation = 3008,

    /// <summary>The run was cancelled. Run the command again; what has arrived is not sent again.</summary>
    Canceled = 3009,

    /// <summary>The running MSBuild is older than 18.0. Use the .NET SDK 10.0.100 or newer.</summary>
    UnsupportedMSBuild = 3010,

    /// <summary>
    /// The output folder has files that no earlier run wrote. Name another folder, or have the folder replaced.
    /// </summary>
    OutputNotEmpty = 3011,

    /// <summary>Another run is writing the same archive. Wait for it, or name another file.</summary>
    ArchiveInUse = 3012,

    /// <summary>
    /// A file that a run creates for itself is a link, or belongs to another user, so it was not opened. Remove it.
    /// </summary>
    ForeignFile = 3013,

    /// <summary>
    /// The output path is a folder, a disk, a socket, or a stream that the format cannot be written to. Name a file.
    /// </summary>
    OutputUnsuited = 3014,

    /// <summary>Another run used the destination for longer than the limit. Wait for it, or allow more time.</summary>
    DestinationInUse = 3015,

    /// <summary>
    /// A cloud keychain obtained no credentials for its registry. Give the machine or job an identity that may read the
    /// registry, or install the cloud's credential helper.
    /// </summary>
    CloudKeychain = 3022,

    /// <summary>
    /// The registry of <c>serve</c> listens beyond this machine without https or without users (warning). Give it a
    /// certificate and a password file.
    /// </summary>
    ExposedRegistry = 3023,

    /// <summary>
    /// Traces or metrics did not reach the collector that the environment names (warning). Check the
    /// <c>OTEL_EXPORTER_OTLP_…</c> variables and the collector; the run itself is not affected.
    /// </summary>
    TelemetryNotExported = 3024,

    /// <summary>
    /// The timeline of a run is incomplete or was not written (warning). Choose another file or disk; the run itself is not
    /// affected.
    /// </summary>
    TimelineNotWritten = 3025,

    /// <summary>
    /// A run failed, and an output that was there before is as it was (warning). Do not take the file for a result of this run: run
    /// again, or remove it.
    /// </summary>
    EarlierOutput = 3026,

    /// <summary>A failure without a code of its own: a defect of this product. Report it.</summary>
    Unexpected = 3999,

    /// <summary>
    /// The text is not a name that Kubernetes accepts. Use lower-case letters, digits, <c>-</c> and <c>.</c>.
    /// </summary>
    InvalidKubernetesName = 4001,

    /// <summary>
    /// A PackageRepository field has a value that the cluster would refuse. Correct it as the message states.
    /// </summary>
    InvalidPackageRepository = 4002,

    /// <summary>
    /// A file under <c>packages/</c> is not YAML, or is a Package or PackageMetadata that a cluster would refuse.
    /// Correct the line in the message.
    /// </summary>
    InvalidPackage = 4003,

    /// <summary>A Package is not named <c>REFNAME.VERSION</c>. Correct its name.</summary>
    PackageNameMismatch = 4004,

    /// <summary>The version of a Package is not a semantic version. Correct it, for example to 1.0.0.</summary>
    InvalidPackageVersion = 4005,

    /// <summary>
    /// The name of a package does not have at least three DNS labels. Use a name such as simple-app.corp.com.
    /// </summary>
    InvalidPackageRefName = 4006,

    /// <summary>A reference under <c>packages/</c> is not in the lock of the bundle. Pin the image.</summary>
    ReferenceNotLocked = 4007,

    /// <summary>
    /// Two documents under <c>packages/</c> have the same kind and name. Remove or rename one of them.
    /// </summary>
    DuplicatePackage = 4008,

    /// <summary>
    /// A Package fetches from a location that relocation does not change (warning). Fetch from an image or bundle that
    /// the lock pins.
    /// </summary>
    FetchNotRelocated = 4016,

    /// <summary>
    /// The bundle has no <c>packages/</c> directory, so no PackageRepository manifest was written (warning). Remove the
    /// name of the PackageRepository, or relocate a package repository.
    /// </summary>
    NotAPackageRepository = 4101,

    /// <summary>
    /// A reference under <c>packages/</c> matches no lock entry, so it stays on its registry (warning). Pin the image
    /// in the bundle's lock.
    /// </summary>
    ReferenceNotRelocated = 4102,

    /// <summary>
    /// The API group was served only by alphas of kapp-controller before 0.19, as a cluster-scoped kind (warning). Use
    /// packaging.carvel.dev/v1alpha1 unless the cluster is that old.
    /// </summary>
    OldApiGroup = 4103,

    /// <summary>
    /// A PackageRepository without tag and digest uses <c>latest</c> (warning). Pin the digest, or give a tag.
    /// </summary>
    UnpinnedReference = 4104,

    /// <summary>A sync period below 30 s is raised to 30 s by the cluster (warning). Give 30s or more.</summary>
    SyncPeriodRaised = 4105,

    /// <summary>
    /// The summary for the CI system could not be written (warning). Check the file that the CI system names.
    /// </summary>
    SummaryNotWritten = 4106,

    /// <summary>
    /// A file under <c>packages/</c> is a ytt template, which is not checked (warning). Check its output with ytt.
    /// </summary>
    PackageTemplate = 4107,

    /// <summary>A Package or PackageMetadata has an unknown field (warning). Correct or remove the field.</summary>
    UnknownPackageField = 4108,

    /// <summary>
    /// <c>packages/</c> contains no Package and no PackageMetadata (warning). Add the package definitions.
    /// </summary>
    NoPackages = 4109,

    /// <summary>
    /// Two items declare the same Kubernetes object in ways that cannot be merged. Give one of them another name, or
    /// the same values.
    /// </summary>
    ConflictingObject = 4110,

    /// <summary>
    /// A Package renders its bundle's lock as if it were a resource, so no install of it can succeed (warning). Exclude
    /// <c>.imgpkg</c> from the paths that its template step reads.
    /// </summary>
    TemplateRendersLock = 4120,

    /// <summary>
    /// A Package fetches a plain image as a bundle, so no install of it can succeed (warning). Fetch it as an image.
    /// </summary>
    FetchedImageIsNoBundle = 4121,

    /// <summary>
    /// A file of a nested bundle names an image that the bundle's lock lacks, so it stays on its registry (warning).
    /// Pin the image in that bundle.
    /// </summary>
    NestedImageNotLocked = 4122,

    /// <summary>
    /// The mirror's certificate is signed by an authority that the publish trusts but the cluster does not know
    /// (warning). Apply kapp-controller-config with the authority.
    /// </summary>
    ClusterTrustNotWritten = 4123,

    /// <summary>
    /// The PackageRepository is a plain image, so none of the images that its Packages name are replaced (warning).
    /// Relocate a bundle.
    /// </summary>
    PlainImageRepository = 4124,

    /// <summary>
    /// The tag of the relocated bundle does not match the tag selection (warning). Correct the selection, or relocate
    /// with a matching tag.
    /// </summary>
    TagNotSelected = 4125,

    /// <summary>
    /// A version of a package that the mirror had is not in the new bundle, so an install pinned to it breaks
    /// (warning). Keep the version, or update the install.
    /// </summary>
    VersionDropped = 4126,

    /// <summary>
    /// The same digest is at another mirror: a cluster would keep its cached content from the first, so the manifest names the bundle by
    /// its content tag, which makes the cluster fetch it again (warning). To name it by digest, delete the PackageRepository first.
    /// </summary>
    MirrorChanged = 4127,

    /// <summary>
    /// A Secret is exported only to the global packaging namespace, not to the namespaces of installs (warning). Name
    /// these namespaces.
    /// </summary>
    ExportMissesInstalls = 4128,

    /// <summary>
    /// The mirror requires credentials for pulls, but the manifest names no Secret (warning). Give the manifest a pull
    /// secret.
    /// </summary>
    AnonymousPullRefused = 4129,

    /// <summary>
    /// The ConfigMap that records the objects of earlier applies belongs to something else, or is damaged. Use another
    /// name, or remove it.
    /// </summary>
    InventoryUnusable = 4130,

    /// <summary>
    /// The manifests have nothing in common with earlier applies of the name, so all of their objects would be removed.
    /// Check the name and the manifests.
    /// </summary>
    PruneUnsure = 4131,

    /// <summary>
    /// An object that the manifests no longer contain was not removed (warning). Remove it by hand, or apply again.
    /// </summary>
    NotPruned = 4132,

    /// <summary>
    /// No objects were removed, because something else failed (warning). Fix the reported failure and apply again.
    /// </summary>
    PruneSkipped = 4133,

    /// <summary>
    /// An image that a bundle pins is not replaced when the bundle's files are applied, and is still pulled from its
    /// original registry (warning). Apply the files through kbld.
    /// </summary>
    ImageNotReplaced = 4134,

    /// <summary>
    /// A project requests that its manifests be applied, but its two cluster settings are missing or disagree, so
    /// nothing was done. Name the same context in both.
    /// </summary>
    ApplyRefused = 4140,

    /// <summary>
    /// A project requests that its manifests be applied, but the publish wrote none (warning). Name a
    /// PackageRepository.
    /// </summary>
    NothingToApply = 4141,

    /// <summary>
    /// A project requests that its manifests be applied, but the tool for it is not installed, or did not report a
    /// result. Install dotnet-airgap.
    /// </summary>
    ApplyToolMissing = 4142,

    /// <summary>
    /// Could not check whether a relocation by this user is in progress, because there is no folder for locks
    /// (warning). Give this user a cache folder.
    /// </summary>
    RelocationsNotSeen = 4143,

    /// <summary>
    /// Content was tagged while its repository was pruned, and references removed content. Run its relocation once
    /// more.
    /// </summary>
    PrunedWhileNeeded = 4144,

    /// <summary>
    /// A registry does not delete a tag alone, so the tag stays (warning). Remove the tag with the registry's own
    /// tools.
    /// </summary>
    TagNotRemoved = 4145,

    /// <summary>
    /// A registry deleted a manifest when asked to delete only one of its tags; the manifest was pushed again. Do not
    /// remove single tags in this registry.
    /// </summary>
    TagTookManifest = 4146,

    /// <summary>
    /// The cluster accepted an object and changed what its manifest says, as a mutating webhook does (warning). Ask the
    /// cluster's administrators.
    /// </summary>
    AppliedOtherwise = 4147,

    /// <summary>
    /// A file of a bundle is too large to be searched for images that the bundle does not pin (warning). Split it.
    /// </summary>
    PackageFileNotSearched = 4148,

    /// <summary>
    /// A mirror of an OpenShift mirror set was reached by plain http, which such a set cannot say, so that nodes ask it by TLS (warning).
    /// Add its host to <c>spec.registrySources.insecureRegistries</c> of <c>image.config.openshift.io/cluster</c>.
    /// </summary>
    MirrorByPlainHttp = 4149,

    /// <summary>
    /// A tag disappeared while its repository was pruned, although the plan does not remove it: another client moved it
    /// to removed content, or deleted it. If a relocation was in progress, run it once more.
    /// </summary>
    TagVanished = 4154,

    /// <summary>
    /// A PackageRepository names a registry that was reached by plain http, but kapp-controller fetches by plain http only from localhost,
    /// 127.0.0.0/8, private networks and <c>*.local</c> (warning). Give the registry TLS.
    /// </summary>
    ClusterNeedsTls = 4160,

    /// <summary>
    /// There is no kubeconfig, it cannot be read, or it lacks the requested context. Name the kubeconfig and the
    /// context.
    /// </summary>
    ClusterConfig = 4201,

    /// <summary>
    /// The Kubernetes API does not answer: no connection, an untrusted certificate, or a timeout. Check the
    /// kubeconfig's server and the network.
    /// </summary>
    ClusterUnreachable = 4202,

    /// <summary>
    /// The Kubernetes API rejects the credentials: there are none, or they have expired. Log in to the cluster again.
    /// </summary>
    ClusterUnauthorized = 4203,

    /// <summary>The account lacks a permission in the cluster. Have the permission in the message granted.</summary>
    ClusterForbidden = 4204,

    /// <summary>
    /// The cluster refuses an object: its schema, a policy, a quota or an immutable field. Correct the manifest as the
    /// message states.
    /// </summary>
    ObjectRefused = 4205,

    /// <summary>
    /// Another field manager of the cluster owns a field that the manifest sets to another value. Agree on one owner,
    /// or remove the field.
    /// </summary>
    FieldConflict = 4206,

    /// <summary>
    /// The cluster does not serve a kind: kapp-controller or secretgen-controller is not installed. Install it.
    /// </summary>
    KindNotServed = 4207,

    /// <summary>
    /// A file has no Kubernetes object, or an object without kind, name or a suitable namespace. Correct or omit the
    /// file.
    /// </summary>
    InvalidObject = 4208,

    /// <summary>
    /// A Secret with placeholders was not applied, so the existing one keeps its values (warning). Fill in the
    /// placeholders to apply it.
    /// </summary>
    PlaceholderNotApplied = 4209,

    /// <summary>A PackageRepository does not reconcile. See the cause in the message.</summary>
    RepositoryFailed = 4210,

    /// <summary>
    /// The time limit ended before the cluster was done. Wait longer, or examine the cluster with <c>doctor</c>.
    /// </summary>
    WaitTimedOut = 4211,

    /// <summary>
    /// A PackageRepository succeeded from kapp-controller's cache, so its Packages still name the former mirror.
    /// Recreate the PackageRepository.
    /// </summary>
    CachedMirror = 4212,

    /// <summary>
    /// A PackageRepository or PackageInstall is paused, so nothing is fetched. Set <c>spec.paused</c> to false.
    /// </summary>
    Paused = 4213,

    /// <summary>There are no credentials to make a pull secret from. Log in to the registry.</summary>
    SecretNotMade = 4214,

    /// <summary>
    /// kapp-controller's own API does not answer, so Packages cannot be read. Check that kapp-controller runs.
    /// </summary>
    PackagesNotServed = 4215,

    /// <summary>
    /// Packages name images outside the mirror of their PackageRepository. Relocate the bundle with all its images.
    /// </summary>
    ImagesOutside = 4216,

    /// <summary>
    /// A Secret still has placeholders, or nothing, where credentials belong. Fill it in, or make it with
    /// <c>secret</c>.
    /// </summary>
    PlaceholderNotFilled = 4217,

    /// <summary>
    /// The version that a PackageInstall requests is not among the Packages. Correct the version, or relocate a bundle
    /// with it.
    /// </summary>
    VersionGone = 4218,

    /// <summary>
    /// A <c>syncPeriod</c> is not a duration, so kapp-controller no longer sees any PackageRepository of the cluster.
    /// Correct it.
    /// </summary>
    MalformedSyncPeriod = 4219,

    /// <summary>
    /// No controller has processed the latest state of an object yet. Wait, or check that kapp-controller runs.
    /// </summary>
    NotObserved = 4220,

    /// <summary>A PackageInstall does not reconcile. See the cause in the message.</summary>
    InstallFailed = 4221,

    /// <summary>An object is being deleted. Wait, or remove what blocks its deletion.</summary>
    ObjectDeleting = 4222,

    /// <summary>
    /// The Kubernetes API failed with an internal error. Try again; if it persists, see the log of the API server.
    /// </summary>
    ClusterFault = 4223,

    /// <summary>
    /// A PackageRepository succeeded, but none of its Packages is listed (warning). Check that the bundle has Packages,
    /// and look in its namespace.
    /// </summary>
    NoPackagesListed = 4224,

    /// <summary>Something requested could not be examined (warning). See the cause in the message.</summary>
    NotExamined = 4225,

    /// <summary>
    /// Flux or Argo CD does not accept content of this form, because of the number or media type of its layers
    /// (warning). Publish the files as an artifact with one layer.
    /// </summary>
    ContentNotTaken = 4230,

    /// <summary>
    /// A pull secret with placeholders is not among manifests that are applied again with each update (warning). Make it once with
    /// credentials: <c>dotnet airgap secret</c>.
    /// </summary>
    SecretLeftOut = 4231,

    /// <summary>The cluster warns about an object (warning). Correct the manifest as the warning says.</summary>
    ClusterWarning = 4232,

    /// <summary>
    /// An apply ended early, and what it had made is not recorded for a prune (warning). Apply the same manifests again.
    /// </summary>
    NotRecorded = 4233,

    /// <summary>
    /// An image or file that must be signed has no signature where its kind of signature is stored. Copy or create the
    /// signature.
    /// </summary>
    SignatureMissing = 5001,

    /// <summary>
    /// There are signatures, but none is accepted: another key or identity, another image, invalid, or without a proven
    /// time. Check the key or identity, or have it signed again.
    /// </summary>
    SignatureRejected = 5002,

    /// <summary>
    /// A signature, attestation or signature bundle does not have the required form. Create it again with a current
    /// tool.
    /// </summary>
    MalformedSignature = 5003,

    /// <summary>
    /// A public key, certificate or trust store cannot be read, or is of an unsupported kind. Give a PEM file of a
    /// supported kind.
    /// </summary>
    InvalidTrustKey = 5004,

    /// <summary>A trusted root cannot be read. Export it again.</summary>
    InvalidTrustedRoot = 5005,

    /// <summary>A policy cannot be read, or has unknown entries. Correct the policy.</summary>
    InvalidTrustPolicy = 5006,

    /// <summary>
    /// A policy requires something that is not supported, such as GPG signatures. Change the policy, or verify with the
    /// tool it was written for.
    /// </summary>
    UnsupportedTrustPolicy = 5007,

    /// <summary>No rule states who must have signed an image, so it is refused. Add a rule for it.</summary>
    NoTrustRule = 5008,

    /// <summary>A policy rejects an image, signed or not. Change the policy, or do not relocate the image.</summary>
    RejectedByPolicy = 5009,

    /// <summary>
    /// Trust settings are contradictory or incomplete: an identity without its issuer or trusted root, or one that
    /// matches everyone. Complete them.
    /// </summary>
    InvalidTrustRule = 5010,
}
