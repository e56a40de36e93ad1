using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the warnings of a plan's file.</summary>
/// <param name="path">The file's name in errors.</param>
internal sealed class RunPlanWarnings(string path)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>: its code is unknown.</exception>
    public Diagnostic Read(RunPlanWarning warning) => Enum.IsDefined((ErrorCode)warning.Code)
        ? new((ErrorCode)warning.Code, warning.Message, warning.Advice) { Reference = warning.Reference }
        : throw RunPlanFile.Invalid(path, $"it has a warning with the code {warning.Code}, which this release does not know");
}
