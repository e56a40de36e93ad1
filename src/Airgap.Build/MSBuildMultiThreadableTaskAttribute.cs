namespace Microsoft.Build.Framework;

/// <summary>
/// Tells a multithreaded build (<c>-mt</c>) that a task may run beside others in one process: it uses neither the current
/// directory nor the environment of the process for its paths, and keeps no static state.
/// </summary>
/// <remarks>MSBuild looks for the attribute by its full name, in any assembly; the 18.0 framework that this is compiled against has
/// none.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
