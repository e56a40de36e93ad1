using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the warnings of a plan's file.</summary>
/// <param name="path">How errors name the file.</param>
internal sealed class RunPlanWarnings(string path)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>: its code is none.</exception>
    public Diagnostic Read(RunPlanWarning warning) => Enum.IsDefined((ErrorCode)warning.Code)
        ? new((ErrorCode)warning.Code, warning.Message, warning.Advice) { Reference = warning.Reference }
        : throw RunPlanFile.Invalid(path, $"it warns with the code {warning.Code}, which does not exist here");
}
