namespace Airgap.Publishing.Declarations;

// The required signers of a project, its own signatures, the gate and the log.
internal static partial class PropertyNames
{
    /// <summary>A policy that states who must have signed.</summary>
    internal const string Policy = "AirgapPolicy";

    /// <summary>Notation's folder of trust stores, for its trust policy.</summary>
    internal const string TrustStore = "AirgapTrustStore";

    /// <summary>The private key that signs what is written.</summary>
    internal const string SigningKey = "AirgapSigningKey";

    /// <summary>The file with the password of that key.</summary>
    internal const string SigningKeyPasswordFile = "AirgapSigningKeyPasswordFile";

    /// <summary>A program that signs.</summary>
    internal const string SigningCommand = "AirgapSigningCommand";

    /// <summary>How the images at the destination are signed.</summary>
    internal const string SignImages = "AirgapSignImages";

    /// <summary><c>true</c> to attach the provenance of the bundle that the project makes.</summary>
    internal const string Provenance = "AirgapProvenance";

    /// <summary>The public keys accepted for the signature of a source archive.</summary>
    internal const string VerifyArchive = "AirgapVerifyArchive";

    /// <summary>The public keys accepted for the signature of a delta's base.</summary>
    internal const string VerifyBase = "AirgapVerifyBase";

    /// <summary>The log to append to.</summary>
    internal const string AuditLog = "AirgapAuditLog";

    /// <summary><c>true</c> to name user and machine in receipts and logs.</summary>
    internal const string RecordUser = "AirgapRecordUser";

    /// <summary>The gate: a command that must approve before anything moves.</summary>
    internal const string GateCommand = "AirgapGateCommand";

    /// <summary><c>true</c> to pass the content to the gate.</summary>
    internal const string GateContent = "AirgapGateContent";

    /// <summary>Environment variables to pass to the gate.</summary>
    internal const string GateVariables = "AirgapGateVariables";

    /// <summary>The time limit of the gate.</summary>
    internal const string GateTimeout = "AirgapGateTimeout";
}
