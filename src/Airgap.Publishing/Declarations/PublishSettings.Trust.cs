using System.Collections.Immutable;

namespace Airgap.Publishing.Declarations;

// The required signers of a project, its own signatures, the gate and the log.
internal sealed partial record PublishSettings
{
    /// <summary><c>AirgapPolicy</c>: a policy.json, by which every image is verified; empty for none.</summary>
    internal string Policy { get; init; } = "";

    /// <summary><c>AirgapTrustStore</c>: Notation's folder of trust stores, for its trust policy; empty for none.</summary>
    internal string TrustStore { get; init; } = "";

    /// <summary>The items <c>ImgpkgTrust</c>: who must have signed, by location.</summary>
    internal ImmutableArray<TrustItem> Trust { get; init; } = [];

    /// <summary><c>AirgapSigningKey</c>: a private key, PEM; empty for none.</summary>
    internal string SigningKey { get; init; } = "";

    /// <summary>
    /// <c>AirgapSigningKeyPasswordFile</c>: the file with its password; empty to read it from the environment.
    /// </summary>
    internal string SigningKeyPasswordFile { get; init; } = "";

    /// <summary><c>AirgapSigningCommand</c>: a program that signs; empty for none.</summary>
    internal string SigningCommand { get; init; } = "";

    /// <summary><c>AirgapSignImages</c>: <c>tag</c> or <c>referrer</c>; empty to sign no images.</summary>
    internal string SignImages { get; init; } = "";

    /// <summary>
    /// <c>AirgapVerifyArchive</c>: public keys, one of which must have signed the source archive; empty to require no
    /// signature.
    /// </summary>
    internal ImmutableArray<string> VerifyArchive { get; init; } = [];

    /// <summary>
    /// <c>AirgapVerifyBase</c>: public keys, one of which must have signed each base of a delta; empty to require no
    /// signature.
    /// </summary>
    internal ImmutableArray<string> VerifyBase { get; init; } = [];

    /// <summary><c>AirgapAuditLog</c>: the log to append to; empty for none.</summary>
    internal string AuditLog { get; init; } = "";

    /// <summary><c>AirgapRecordUser</c>: true to name user and machine in receipts and logs.</summary>
    internal bool RecordUser { get; init; }

    /// <summary><c>AirgapGateCommand</c>: the gate command, which must approve; empty for none.</summary>
    internal string GateCommand { get; init; } = "";

    /// <summary><c>AirgapGateContent</c>: true to pass the content to the gate, as an OCI layout.</summary>
    internal bool GateContent { get; init; }

    /// <summary><c>AirgapGateVariables</c>: variables to pass to the gate besides the common ones.</summary>
    internal ImmutableArray<string> GateVariables { get; init; } = [];

    /// <summary><c>AirgapGateTimeout</c>: the time limit of the gate; null for the default.</summary>
    internal TimeSpan? GateTimeout { get; init; }

    /// <summary><c>AirgapProvenance</c>: true to attach the provenance of the bundle that the project makes.</summary>
    internal bool Provenance { get; init; }
}
