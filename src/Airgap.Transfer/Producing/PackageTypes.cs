using System.Collections.Frozen;

namespace Airgap.Transfer.Producing;

/// <summary>The types of fields of a Package or PackageMetadata.</summary>
internal enum FieldForm
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A whole number of 64 bits.</summary>
    Whole,

    /// <summary>A time of RFC 3339, as text.</summary>
    Time,

    /// <summary>A Go duration, as text.</summary>
    Duration,

    /// <summary>A range of versions, as text.</summary>
    Range,

    /// <summary>Anything.</summary>
    Any,

    /// <summary>A mapping with declared fields.</summary>
    Object,
}

/// <summary>The type of a field.</summary>
/// <param name="Form">Its type, or that of each of its values.</param>
/// <param name="IsList">True for a list.</param>
/// <param name="IsMap">True for a mapping with any keys.</param>
/// <param name="Fields">The fields of an object.</param>
internal sealed record FieldType(FieldForm Form, bool IsList, bool IsMap, string? Fields);

/// <summary>
/// The declared types of Package and PackageMetadata, with which a cluster decodes them: if one value has another type, the cluster rejects
/// the whole repository.
/// </summary>
/// <remarks>Source: the OpenAPI document of <c>data.packaging.carvel.dev/v1alpha1</c> as kapp-controller 0.53 serves it.</remarks>
internal static class PackageTypes
{
    // NAME: FIELD[=TYPE] …, where TYPE is a name, [NAME] for a list of it, {NAME} for a mapping of it, and text without one.
    private const string Table = """
        Package: apiVersion kind metadata=ObjectMeta spec=PackageSpec
        PackageSpec: refName version licenses=[text] releasedAt=time capacityRequirementsDescription releaseNotes template=AppTemplateSpec valuesSchema=ValuesSchema includedSoftware=[IncludedSoftware] kubernetesVersionSelection=Selection kappControllerVersionSelection=Selection
        PackageMetadata: apiVersion kind metadata=ObjectMeta spec=PackageMetadataSpec
        PackageMetadataSpec: displayName longDescription shortDescription iconSVGBase64 providerName maintainers=[Maintainer] categories=[text] supportDescription
        Maintainer: name
        IncludedSoftware: displayName version description
        ValuesSchema: openAPIv3=any
        Selection: constraints=range
        ObjectMeta: name generateName namespace selfLink uid resourceVersion generation=whole creationTimestamp=time deletionTimestamp=time deletionGracePeriodSeconds=whole labels={text} annotations={text} ownerReferences=[OwnerReference] finalizers=[text] managedFields=[ManagedFields]
        OwnerReference: apiVersion kind name uid controller=flag blockOwnerDeletion=flag
        ManagedFields: manager operation apiVersion time=time fieldsType fieldsV1=any subresource
        AppTemplateSpec: spec=AppSpec
        AppSpec: serviceAccountName cluster=Cluster fetch=[Fetch] template=[Template] deploy=[Deploy] paused=flag canceled=flag syncPeriod=duration noopDelete=flag defaultNamespace
        Cluster: namespace kubeconfigSecretRef=KeyRef
        KeyRef: name key
        Ref: name
        Fetch: inline=Inline image=Image imgpkgBundle=Bundle http=Http git=Git helmChart=HelmChart path
        Inline: paths={text} pathsFrom=[InlineSource]
        InlineSource: secretRef=InlineRef configMapRef=InlineRef
        InlineRef: name directoryPath
        Image: url tagSelection=TagSelection secretRef=Ref subPath
        Bundle: image tagSelection=TagSelection secretRef=Ref
        Http: url sha256 secretRef=Ref subPath
        Git: url ref refSelection=TagSelection secretRef=Ref subPath lfsSkipSmudge=flag depth=whole forceHTTPBasicAuth=flag
        HelmChart: name version repository=HelmRepository
        HelmRepository: url secretRef=Ref
        TagSelection: semver=Semver
        Semver: constraints=range prereleases=Prereleases
        Prereleases: identifiers=[text]
        Template: ytt=Ytt kbld=Paths helmTemplate=Helm kustomize=Nothing jsonnet=Nothing sops=Sops cue=Cue
        Nothing:
        Paths: paths=[text]
        Ytt: ignoreUnknownComments=flag strict=flag inline=Inline paths=[text] fileMarks=[text] valuesFrom=[Values]
        Helm: name namespace path valuesFrom=[Values] kubernetesVersion=Version kubernetesAPIs=Apis
        Version: version
        Apis: groupVersions=[text]
        Values: secretRef=Ref configMapRef=Ref path downwardAPI=DownwardApi
        DownwardApi: items=[DownwardItem]
        DownwardItem: name fieldPath kubernetesVersion=Version kappControllerVersion=Version kubernetesAPIs=Apis
        Sops: pgp=SopsKeys age=SopsKeys paths=[text]
        SopsKeys: privateKeysSecretRef=Ref
        Cue: paths=[text] valuesFrom=[Values] inputExpression outputExpression
        Deploy: kapp=Kapp
        Kapp: intoNs mapNs=[text] rawOptions=[text] inspect=RawOptions delete=RawOptions
        RawOptions: rawOptions=[text]
        """;

    private static readonly FrozenDictionary<string, FrozenDictionary<string, FieldType>> s_types = Read();

    /// <summary>The fields of an object.</summary>
    public static FrozenDictionary<string, FieldType> Of(string type) => s_types[type];

    private static FrozenDictionary<string, FrozenDictionary<string, FieldType>> Read() => Table
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(':', 2))
        .ToFrozenDictionary(
            parts => parts[0],
            parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('='))
            .ToFrozenDictionary(field => field[0], field => TypeOf(field.ElementAtOrDefault(1) ?? "text")));

    private static FieldType TypeOf(string text)
    {
        string name = text.Trim('[', ']', '{', '}');
        FieldForm form = char.IsAsciiLetterUpper(name[0]) ? FieldForm.Object : name switch
        {
            "text" => FieldForm.Text,
            "flag" => FieldForm.Flag,
            "whole" => FieldForm.Whole,
            "time" => FieldForm.Time,
            "duration" => FieldForm.Duration,
            "range" => FieldForm.Range,
            _ => FieldForm.Any,
        };
        return new FieldType(form, text[0] == '[', text[0] == '{', form == FieldForm.Object ? name : null);
    }
}
