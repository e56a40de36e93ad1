using Microsoft.Build.Framework;

namespace Airgap.Build;

// The required signers of a project, its own signatures, the gate and the log; and whether a publish relocates at all.
public abstract partial class DeclarationTask
{
    /// <summary>The items <c>ImgpkgTrust</c>.</summary>
    public ITaskItem[] Trust { get; set; } = [];

    /// <summary>The property of that name; the targets heed it, and the task refuses what is neither true nor false.</summary>
    public string? AirgapOnPublish { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapPolicy { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapTrustStore { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSigningKey { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSigningKeyPasswordFile { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSigningCommand { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSignImages { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapProvenance { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapVerifyArchive { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapVerifyBase { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapAuditLog { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapRecordUser { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapGateCommand { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapGateContent { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapGateVariables { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapGateTimeout { get; set; }
}
