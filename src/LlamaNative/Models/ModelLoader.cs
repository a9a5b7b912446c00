using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>Loads one model file: validates it, fills the native parameters, reports progress and handles cancellation.</summary>
internal sealed unsafe class ModelLoader(string path, ModelOptions options, IProgress<float>? progress, CancellationToken cancellationToken)
{
    private ExceptionDispatchInfo? _progressError;

    // llama.cpp accepts only the first part of a split model.
    private string? _firstPart;
    private string? _architecture;

    /// <summary>Whether to load without allocating or reading weights (llama.cpp's no_alloc mode), for planning.</summary>
    public bool WithoutWeights { get; init; }

    /// <summary>The lines that llama.cpp logged: all of them when loading without weights, otherwise those about placement.</summary>
    public IReadOnlyList<string> Log { get; private set; } = [];

    public LlamaModelHandle Load()
    {
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        llama_model_kv_override[]? overrides = NativeOverrides();
        CheckFileAndLoadLibraries();
        RequireWorkingArchitecture();
        float[]? tensorSplit = NativeTensorSplit();
        using NativePlacements? placements = options.TensorPlacements.Count == 0
            ? null
            : new NativePlacements(path, options.TensorPlacements);
        GCHandle self = GCHandle.Alloc(this);
        try
        {
            fixed (llama_model_kv_override* overridesPointer = overrides)
            fixed (float* splitPointer = tensorSplit)
            fixed (llama_model_tensor_buft_override* placementsPointer = placements?.Overrides)
            {
                llama_model_params parameters = ReleaseProfile.Loaded.DefaultModelParameters();
                parameters.n_gpu_layers = NativeGpuLayers();
                parameters.split_mode = (LlamaSplitMode)options.SplitMode;
                parameters.main_gpu = options.MainGpu;
                parameters.tensor_split = splitPointer;
                parameters.tensor_buft_overrides = placementsPointer;
                parameters.load_mode = (LlamaLoadMode)(WithoutWeights ? ModelLoadMode.Read : options.LoadMode);
                parameters.no_alloc = WithoutWeights ? (byte)1 : (byte)0;
                parameters.kv_overrides = overridesPointer;
                parameters.vocab_only = options.VocabularyOnly ? (byte)1 : (byte)0;
                parameters.check_tensors = options.CheckTensors ? (byte)1 : (byte)0;
                parameters.use_extra_bufts = options.UseExtraBufferTypes ? (byte)1 : (byte)0;
                parameters.progress_callback = &OnProgress;
                parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(self);
                return Load(parameters);
            }
        }
        finally
        {
            self.Free();
        }
    }

    private LlamaModelHandle Load(llama_model_params parameters)
    {
        using NativeLog.Scope scope = NativeLog.To(options.Logger);
        NativeLog.Clear();
        using NativeLog.Recording log = NativeLog.Record(WithoutWeights ? "" : LogLines.Placement);
        nint model = ReleaseProfile.Loaded.LoadModel(_firstPart ?? path, parameters);

        Log = log.Lines;
        if (model != 0)
        {
            return new LlamaModelHandle(model);
        }

        _progressError?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        throw new ModelLoadException(path, $"llama.cpp could not load the model '{path}'." + NativeLog.Tail());
    }

    /// <summary>Each takes some milliseconds before the first model, so they run side by side; the file's error comes first.</summary>
    private void CheckFileAndLoadLibraries()
    {
        // On a thread of its own, which takes less memory than the thread pool, not yet started in a program that only generates.
        Task libraries = NativeLoader.IsLoaded
            ? Task.CompletedTask
            : Task.Factory.StartNew(
                () => LlamaRuntime.Load(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            CheckFile();
        }
        finally
        {
            // Not left behind after an error: the program may end, and would end in the middle of the native load.
            libraries.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }

        libraries.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Validates the file before native code reads it, because llama.cpp trusts its contents and aborts the process on invalid values.
    /// </summary>
    private void CheckFile()
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            _firstPart = file.Paths[0];
            if (OtherGguf.Describe(file) is { } other)
            {
                throw new ModelLoadException(path, $"'{path}' is not a model: it is {other}.");
            }

            if (!options.VocabularyOnly && OtherGguf.IsVocabulary(file))
            {
                throw new ModelLoadException(path, $"'{path}' contains only a vocabulary, and no weights. It can tokenize, nothing else.");
            }

            GgufFile effective = options.MetadataOverrides.Count == 0 ? file : MetadataOverride.Apply(options.MetadataOverrides, file);
            effective.Validate();
            _architecture = effective.Metadata["general.architecture"].GetString();
        }
        catch (GgufFormatException error)
        {
            // The message begins with the file, which may be another part of the model.
            string file = error.Path is null ? $"'{path}': " : "";
            throw new ModelLoadException(path, $"Not a valid GGUF model: {file}{error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(path,
                Directory.Exists(path) ? $"'{path}' is a directory, not a model file."
                : error is FileNotFoundException { FileName: { } missing } && File.Exists(path)
                    ? $"'{path}' is one part of a split model, and the part '{missing}' is missing. Put all parts in one folder."
                : File.Exists(path) ? $"The model file '{path}' cannot be read: {error.Message}"
                : $"The model file '{path}' does not exist.",
                error);
        }
    }

    private void RequireWorkingArchitecture()
    {
        if (!options.VocabularyOnly && ReleaseProfile.Loaded.Aborts(_architecture!))
        {
            throw new ModelLoadException(path,
                $"'{path}' has the architecture '{_architecture}', which {ReleaseProfile.Loaded.Name} cannot evaluate: a failed assertion "
                + "would end the process. Reference a LlamaNative.Backend package, which contains a later release.");
        }
    }

    private llama_model_kv_override[]? NativeOverrides()
    {
        if (options.MetadataOverrides.Count == 0)
        {
            return null;
        }

        // The native array is terminated by an empty key.
        var native = new llama_model_kv_override[options.MetadataOverrides.Count + 1];
        int count = 0;
        foreach ((string key, MetadataOverride value) in options.MetadataOverrides)
        {
            native[count++] = value.ToNative(key);
        }

        return native;
    }

    private float[]? NativeTensorSplit()
    {
        if (options.TensorSplit.Count == 0)
        {
            return null;
        }

        int room = (int)LlamaSystem.llama_max_devices();
        // The native side reads one entry for each of the maximum number of devices.
        float[] split = new float[room];
        for (int i = 0; i < options.TensorSplit.Count; i++)
        {
            split[i] = i < room
                ? options.TensorSplit[i]
                : throw OptionCheck.Invalid($"TensorSplit has {options.TensorSplit.Count} entries; the maximum is {room}.",
                    nameof(options.TensorSplit));
        }

        return split;
    }

    private int NativeGpuLayers()
    {
        if (options.GpuLayers is not { } layers)
        {
            return -1; // all layers, if there is a device to offload to
        }

        return layers == 0 || DeviceInfo.AnyGpu ? layers : throw NoGpu(layers);
    }

    private ModelLoadException NoGpu(int layers) => new(path,
        $"GpuLayers is {layers} for '{path}', but ggml found no GPU. The available devices are: "
        + string.Join(", ", LlamaRuntime.GetDevices().Select(device => $"{device.Name} ({device.Description})"))
        + string.Concat(LlamaRuntime.Load().FailedBackends
            .Select(failure => $"; the {failure.Name} backend cannot be used: {failure.Reason}"))
        + ". Reference LlamaNative.Backend.Vulkan or LlamaNative.Backend.Cuda and install the GPU's driver, or leave GpuLayers unset.");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnProgress(float value, void* userData)
    {
        var loader = (ModelLoader)GCHandle.FromIntPtr((nint)userData).Target!;
        return loader.Report(value) ? (byte)1 : (byte)0;
    }

    private bool Report(float value)
    {
        try
        {
            progress?.Report(value);
        }
        catch (Exception error)
        {
            // Rethrown after the native call, because an exception must not propagate through native frames.
            _progressError = ExceptionDispatchInfo.Capture(error);
            return false;
        }

        return !cancellationToken.IsCancellationRequested;
    }
}
