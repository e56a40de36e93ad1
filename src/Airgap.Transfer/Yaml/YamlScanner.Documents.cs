namespace Airgap.Transfer.Yaml;

/// <summary>Where documents begin and end.</summary>
internal sealed partial class YamlScanner
{
    private void FetchDocumentMark(YamlTokenKind kind)
    {
        Unroll(-1);
        ForgetKey();
        _keyAllowed = false;
        Add(kind, 3);
    }

    private void FetchDirective()
    {
        Unroll(-1);
        ForgetKey();
        _keyAllowed = false;
        _tokens.Add(ScanDirective());
    }

    private void End()
    {
        _at.EndLastLine();
        Unroll(-1);
        ForgetKey();
        _keyAllowed = false;
        _ended = true;
        Add(YamlTokenKind.StreamEnd, 0);
    }
}
