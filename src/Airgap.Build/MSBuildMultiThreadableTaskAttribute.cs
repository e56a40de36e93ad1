namespace Microsoft.Build.Framework;

/// <summary>
/// Tells a multithreaded build (<c>-mt</c>) that a task may run concurrently with others in one process: it uses
/// neither the current directory nor the environment of the process for its paths, and keeps no static state.
/// </summary>
/// <remarks>
/// MSBuild finds the attribute by its full name, in any assembly; the 18.0 framework, which this is compiled against,
/// lacks it.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
