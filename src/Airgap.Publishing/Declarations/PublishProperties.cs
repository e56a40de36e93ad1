using System.Collections.Immutable;
using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>Reads <see cref="PublishSettings"/> from a project's property values.</summary>
internal static class PublishProperties
{
    private static readonly string[] s_words = ["true", "on", "yes", "!false", "!off", "!no", "false", "off", "no", "!true", "!on", "!yes"];

    /// <summary>Reads the settings.</summary>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="property">The value of a property (<see cref="PropertyNames"/>); null or empty if it is not
    /// set.</param>
    /// <param name="location">The project file, for problems.</param>
    /// <param name="problems">Every invalid value (<see cref="ErrorCode.InvalidArgument"/>); the default replaces
    /// it.</param>
    public static PublishSettings Read(
        string projectDirectory, Func<string, string?> property, SourceLocation? location, out ImmutableArray<Diagnostic> problems)
    {
        ImmutableArray<Diagnostic>.Builder found = ImmutableArray.CreateBuilder<Diagnostic>();
        PublishSettings settings = new()
        {
            ProjectDirectory = projectDirectory,
            Registry = Text(PropertyNames.Registry),
            RepositoryTemplate = Text(PropertyNames.RepositoryTemplate),
            MirrorFormats = PropertyLists.Formats(List(PropertyNames.MirrorConfiguration), Refusal(PropertyNames.MirrorConfiguration)),
            Archive = Text(PropertyNames.Archive),
            ArchiveFormat = Format(PropertyNames.ArchiveFormat),
            ArchiveVolumeSize = Size(PropertyNames.ArchiveVolumeSize),
            SourceArchive = Text(PropertyNames.SourceArchive),
            ArchiveBase = List(PropertyNames.ArchiveBase),
            PartsIn = List(PropertyNames.PartsIn),
            MountFrom = PropertyLists.Repositories(List(PropertyNames.MountFrom), Refusal(PropertyNames.MountFrom)),
            Receipt = Text(PropertyNames.Receipt),
            OutputPath = Text(PropertyNames.OutputPath) is { Length: > 0 } path ? path : "airgap/",
            Kustomization = Flag(PropertyNames.Kustomization) ?? true,
            SecretManifests = Flag(PropertyNames.SecretManifests) ?? false,
            Apply = Flag(PropertyNames.Apply) == true
            ? new ApplySettings(Text(PropertyNames.ApplyContext), ApplyWait(PropertyNames.ApplyWait)) : null,
            IncludeNonDistributableLayers = Flag(PropertyNames.IncludeNonDistributableLayers) ?? false,
            Artifacts = Choice(PropertyNames.Artifacts),
            KeepGoing = Flag(PropertyNames.KeepGoing) ?? false,
            Repair = Flag(PropertyNames.Repair) ?? false,
            AskInBulk = Flag(PropertyNames.AskInBulk) ?? false,
            EarlierPlan = List(PropertyNames.EarlierPlan),
            Concurrency = Count(PropertyNames.Concurrency) ?? 8,
            Access = new RegistryAccess
            {
                CaCertificates = List(PropertyNames.CaCertificates),
                VerifyCertificates = Flag(PropertyNames.VerifyCertificates),
                Insecure = Flag(PropertyNames.Insecure),
                Connect = Time(PropertyNames.ConnectTimeout),
                ResponseHeader = Time(PropertyNames.ResponseHeaderTimeout),
                Stall = Time(PropertyNames.StallTimeout),
                Tries = Count(PropertyNames.RetryCount),
                Load = Time(PropertyNames.LoadWait),
                RegistriesConf = Text(PropertyNames.RegistriesConf),
                CertificatesPath = Text(PropertyNames.CertsDirectory),
                Rates = PropertyLists.Rates(List(PropertyNames.LimitRate), Refusal(PropertyNames.LimitRate)),
                CreateRepositories = Flag(PropertyNames.CreateRepositories),
                RepositorySettings = Text(PropertyNames.RepositorySettings),
            },
            LockTimeout = Time(PropertyNames.LockTimeout) ?? new PublishSettings { ProjectDirectory = "", OutputPath = "" }.LockTimeout,
            Summary = Text(PropertyNames.Summary),
            Timeline = Text(PropertyNames.Timeline),
            DryRun = Flag(PropertyNames.DryRun) ?? false,
            Plan = Text(PropertyNames.Plan),
            Shard = Text(PropertyNames.Shard),
            Shards = Count(PropertyNames.Shards),
            LockFile = Text(PropertyNames.LockFile) is { Length: > 0 } lockFile ? lockFile : "airgap.lock.json",
            UseLockFile = Flag(PropertyNames.UseLockFile),
            LockedMode = Flag(PropertyNames.LockedMode) ?? false,
            UpdateLock = Flag(PropertyNames.UpdateLock) ?? false,
            Policy = Text(PropertyNames.Policy),
            TrustStore = Text(PropertyNames.TrustStore),
            SigningKey = Text(PropertyNames.SigningKey),
            SigningKeyPasswordFile = Text(PropertyNames.SigningKeyPasswordFile),
            SigningCommand = Text(PropertyNames.SigningCommand),
            SignImages = Text(PropertyNames.SignImages),
            Provenance = Flag(PropertyNames.Provenance) ?? false,
            VerifyArchive = Keys(PropertyNames.VerifyArchive),
            VerifyBase = Keys(PropertyNames.VerifyBase),
            AuditLog = Text(PropertyNames.AuditLog),
            RecordUser = Flag(PropertyNames.RecordUser) ?? false,
            GateCommand = Text(PropertyNames.GateCommand),
            GateContent = Flag(PropertyNames.GateContent) ?? false,
            GateVariables = List(PropertyNames.GateVariables),
            GateTimeout = Time(PropertyNames.GateTimeout),
            BundleRepository = Text(PropertyNames.BundleRepository),
            BundleTag = Text(PropertyNames.BundleTag),
        };
        // The targets alone heed it, with MSBuild's words; any other would relocate.
        if (Text(PropertyNames.OnPublish) is { Length: > 0 } asked && !s_words.Contains(asked, StringComparer.OrdinalIgnoreCase))
            Refuse(PropertyNames.OnPublish, asked, "Write true or false.");
        problems = found.ToImmutable();
        return settings with
        {
            PartsIn = [.. settings.PartsIn.Select(settings.FullPath)],
            Access = settings.Access.WithPaths(settings.FullPath),
        };

        string Text(string name) => property(name)?.Trim() ?? "";

        ImmutableArray<string> List(string name) =>
            [.. Text(name).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

        // If neither property is set, $(One);$(Other) is a lone semicolon, which must not switch verification off.
        ImmutableArray<string> Keys(string name)
        {
            ImmutableArray<string> keys = List(name);
            if (keys.IsEmpty && Text(name) is { Length: > 0 } text)
                Refuse(name, text, "Name a public key, or omit it.");
            return keys;
        }

        long? Size(string name)
        {
            string text = Text(name);
            if (text.Length == 0)
                return null;
            if (SizeText.TryParse(text, out long bytes))
                return bytes;
            Refuse(name, text, SizeText.Forms);
            return null;
        }

        bool? Flag(string name)
        {
            string text = Text(name);
            if (bool.TryParse(text, out bool value))
                return value;
            if (text.Length > 0)
                Refuse(name, text, "Write true or false.");
            return null;
        }

        ArchiveFormat Format(string name)
        {
            string text = Text(name);
            if (text.Equals("oci", StringComparison.OrdinalIgnoreCase))
                return ArchiveFormat.LayoutTar;
            if (text.Length > 0 && !text.Equals("imgpkg", StringComparison.OrdinalIgnoreCase))
                Refuse(name, text, "Write imgpkg or oci.");
            return ArchiveFormat.Imgpkg;
        }

        ArtifactChoice Choice(string name)
        {
            string text = Text(name);
            if (ArtifactChoices.TryParse(text, out ArtifactChoice choice))
                return choice;
            if (text.Length > 0)
                Refuse(name, text, "Write all, signatures or none.");
            return ArtifactChoice.All;
        }

        int? Count(string name)
        {
            string text = Text(name);
            if (text.Length == 0)
                return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is >= 1 and <= 256)
                return value;
            Refuse(name, text, "Write a whole number from 1 to 256.");
            return null;
        }

        TimeSpan? ApplyWait(string name) =>
            Text(name).Equals("none", StringComparison.OrdinalIgnoreCase) ? null : Time(name) ?? ApplySettings.WaitByDefault;

        TimeSpan? Time(string name)
        {
            string text = Text(name);
            if (text.Length == 0)
                return null;
            if (TimeLimit.TryParse(text, out TimeSpan limit))
                return limit;
            Refuse(name, text, $"Write {TimeLimit.Forms}.");
            return null;
        }

        Action<string, string> Refusal(string name) => (text, advice) => Refuse(name, text, advice);

        void Refuse(string name, string text, string advice) =>
            found.Add(new Diagnostic(
                ErrorCode.InvalidArgument, $"The property {name} has the value '{text}'.", advice)
            { Location = location });
    }
}
