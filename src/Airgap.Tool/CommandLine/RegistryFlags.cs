using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.Tool.Running;
using Airgap.Transfer.Sessions;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// The flags of every command that talks to a registry. The credential sources read the matching environment variables.
/// </summary>
internal sealed class RegistryFlags
{
    /// <summary>The prefix of most of their names.</summary>
    public const string Prefix = "--registry-";

    private const string ConfName = "--registries-conf";

    /// <summary>True for the name of one of them.</summary>
    public static bool Has(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) || name is RateFlag.Name or ConfName;

    private readonly Option<string[]> _caCertificates = Flag.List(
        Prefix + "ca-cert-path", "FILE", "Trust the certificate authorities of this PEM file as well");

    private readonly Option<bool> _verify = Flag.Switch(Prefix + "verify-certs", "Verify the registry's certificate", byDefault: true);
    private readonly Option<bool> _insecure = Flag.Switch(Prefix + "insecure", "Allow plain http on every host (local hosts need no flag)");
    private readonly Option<string?> _user = Flag.Text(Prefix + "username", "NAME", "User name ($IMGPKG_USERNAME)");
    private readonly Option<string?> _password = Flag.Text(Prefix + "password", "PASSWORD", "Password ($IMGPKG_PASSWORD)");
    private readonly Option<string?> _token = Flag.Text(Prefix + "token", "TOKEN", "Bearer token ($IMGPKG_TOKEN)");
    private readonly Option<bool> _anonymous = Flag.Switch(Prefix + "anon", "Use no credentials ($IMGPKG_ANON)");
    private readonly Option<TimeSpan> _timeout = Flag.Duration(
        Prefix + "response-header-timeout", "Longest wait for a response's headers", TimeSpan.FromSeconds(30));

    private readonly Option<TimeSpan> _connect =
        Flag.Duration(Prefix + "connect-timeout", "Longest wait for a connection, TLS included", TimeSpan.FromSeconds(15));

    private readonly Option<TimeSpan> _stall = Flag.Duration(
        Prefix + "stall-timeout", "Longest wait for the next byte of a body; a body that keeps coming has no limit",
        TimeSpan.FromSeconds(30));

    private readonly Option<int> _retries =
        Flag.Number(Prefix + "retry-count", "Attempts for a request that fails with a transient error", 5, 0);

    private readonly Option<TimeSpan> _load = Flag.Duration(
        Prefix + "load-wait", "Longest total wait for an overloaded registry (429, 502, 503)", TimeSpan.FromMinutes(1));

    private readonly Option<string?> _certificates = Flag.Text(
        Prefix + "certs-dir", "DIR", "Certificates of single hosts: HOST[:PORT]/*.crt, *.cert and *.key ($AIRGAP_CERTS_DIR)");

    private readonly Option<string?> _conf = Flag.OptionalText(
        ConfName, "FILE", "Read sources by podman's registries.conf: mirrors, locations, blocks", RegistriesConfFiles.System);

    private readonly Option<ByteRates> _rates = RateFlag.Create();

    /// <summary>The flags about missing repositories, for a command that pushes; null for others.</summary>
    public CreationFlags? Creation { get; init; }

    /// <summary>False for a command that reads no sources, to which registries.conf does not apply.</summary>
    public bool ReadsSources { get; init; } = true;

    /// <summary>True for a command that sends single requests with clients of its own, so that the effect of flags is unknown.</summary>
    public bool IsProbing { get; init; }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in Others.Append(_rates))
            command.Options.Add(option);
        if (ReadsSources)
            command.Options.Add(_conf);
        Creation?.AddTo(command);
        if (command is ToolCommand tool)
            tool.Registry = this;
    }

    /// <summary>Refuses a registries.conf without effect, because only a project's tags are resolved at their sources.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="hasProject">True if the command reads a project.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void RefuseIdleConf(ParseResult parsed, bool hasProject)
    {
        if (!hasProject && IsSaid(parsed, _conf))
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                $"{ConfName} says where sources are read, but only the tags of a project would be read there.",
                $"Leave {ConfName} out, or give a project.");
    }

    /// <summary>The longest wait for a registry's tags during completion.</summary>
    public TimeSpan CompletionWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The settings for talking to registries.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="trace">Receives the HTTP exchange; null for none.</param>
    public RegistryOptions Read(ParseResult parsed, Action<string>? trace) => new()
    {
        CaCertificatePaths = [.. parsed.GetValue(_caCertificates) ?? []],
        VerifyCertificates = parsed.GetValue(_verify),
        AllowInsecure = parsed.GetValue(_insecure),
        ResponseHeaderTimeout = parsed.GetValue(_timeout),
        ConnectTimeout = parsed.GetValue(_connect),
        StallTimeout = parsed.GetValue(_stall),
        RetryCount = Math.Max(1, parsed.GetValue(_retries)),
        LoadWait = parsed.GetValue(_load),
        HostCertificatesPath = parsed.GetText(_certificates),
        Rates = parsed.GetValue(_rates) ?? ByteRates.None,
        RegistriesConf = parsed.GetText(_conf),
        Trace = trace,
        UploadSessions = UploadSessionFiles.InUserCache(),
    };

    /// <summary>The credentials given by flags.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="trace">Receives which source supplied the credentials of which host; null for none.</param>
    public CredentialOptions ReadCredentials(ParseResult parsed, Action<string>? trace) => new()
    {
        UserName = parsed.GetText(_user),
        Password = parsed.GetText(_password),
        Token = parsed.GetText(_token),
        Anonymous = parsed.GetValue(_anonymous),
        Trace = trace,
    };

    /// <summary>A client with these flags, which passes messages that a person should see at once to a session.</summary>
    public RegistryClient Connect(ParseResult parsed, Session session, RegistryAccess? project = null) => Kept(
        new(Read(parsed, session, project ?? new RegistryAccess()),
            CredentialSources.CreateDefault(ReadCredentials(parsed, session.Trace))), session);

    private static RegistryClient Kept(RegistryClient client, Session session)
    {
        session.Registries.Add(client);
        return client;
    }

    /// <summary>The flags besides those about rates and sources.</summary>
    public IEnumerable<Option> Others => [_caCertificates, _verify, _insecure, _user, _password, _token, _anonymous, _timeout, _connect,
        _stall, _retries, _load, _certificates];

    /// <summary>The given flags about rates and sources, any of which may have no effect.</summary>
    public ((ByteRates Rates, string Name)? Rates, string? Conf) Given(ParseResult parsed) =>
        (IsSaid(parsed, _rates) ? (parsed.GetValue(_rates)!, RateFlag.Name) : null, IsSaid(parsed, _conf) ? ConfName : null);

    private RegistryOptions Read(ParseResult parsed, Session session, RegistryAccess project) => Read(parsed, session.Trace, project) with
    {
        Notice = session.WriteNotice,
        Warning = session.Warn,
        SourceRead = use => (session.Report.Sources ??= []).Add(use),
    };

    /// <summary>A client with these flags.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="trace">Receives the HTTP exchange and which source supplied the credentials of which host; null for
    /// none.</param>
    /// <param name="project">A project's settings, used where no flag is given; null for no project.</param>
    public RegistryClient Connect(ParseResult parsed, Action<string>? trace, RegistryAccess? project = null) =>
        new(Read(parsed, trace, project ?? new RegistryAccess()), CredentialSources.CreateDefault(ReadCredentials(parsed, trace)));

    /// <summary>A client for a command that pushes; it creates missing repositories if requested.</summary>
    /// <inheritdoc cref="Connect(ParseResult, Action{string}?, RegistryAccess?)"/>
    /// <param name="parsed">The command line.</param>
    /// <param name="session">Receives what was created, and the HTTP exchange.</param>
    /// <param name="project">A project's settings, used where no flag is given; null for no project.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.IncompatibleOptions"/>, <see cref="ErrorCode.InvalidRepositorySettings"/>.
    /// </exception>
    public RegistryClient ConnectToPush(ParseResult parsed, Session session, RegistryAccess? project = null)
    {
        RegistryAccess access = project ?? new RegistryAccess();
        RepositoryCreation? creation = (Creation?.Over(access, parsed) ?? access).ReadCreation(session.WriteNotice);
        return Kept(
            new(Read(parsed, session, access), CredentialSources.CreateDefault(ReadCredentials(parsed, session.Trace)), creation), session);
    }

    /// <summary>
    /// The settings for talking to registries: from flags and, for flags that are not given, from a project.
    /// </summary>
    public RegistryOptions Read(ParseResult parsed, Action<string>? trace, RegistryAccess project) =>
        Unsaid(parsed, project).Over(Read(parsed, trace));

    private RegistryAccess Unsaid(ParseResult parsed, RegistryAccess project) => project with
    {
        VerifyCertificates = IsSaid(parsed, _verify) ? null : project.VerifyCertificates,
        Insecure = IsSaid(parsed, _insecure) ? null : project.Insecure,
        Connect = IsSaid(parsed, _connect) ? null : project.Connect,
        ResponseHeader = IsSaid(parsed, _timeout) ? null : project.ResponseHeader,
        Stall = IsSaid(parsed, _stall) ? null : project.Stall,
        Tries = IsSaid(parsed, _retries) ? null : project.Tries,
        Load = IsSaid(parsed, _load) ? null : project.Load,
        CertificatesPath = IsSaid(parsed, _certificates) ? null : project.CertificatesPath,
        Rates = IsSaid(parsed, _rates) ? null : project.Rates,
        RegistriesConf = IsSaid(parsed, _conf) ? null : project.RegistriesConf,
    };

    private static bool IsSaid(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
